namespace Faultline.Kernel.Tests;

/// <summary>MADV_COLD and MADV_PAGEOUT: which pages they take and which they leave alone.</summary>
public sealed class ColdPagesTests : IDisposable
{
    private const ulong Pages = 600;

    private readonly Machine _machine = new(new MachineOptions { RamBytes = 1UL << 30, SwapBytes = 64UL << 20, Thp = ThpPolicy.MadviseOnly });
    private readonly Process _process;

    public ColdPagesTests() => _process = _machine.CreateProcess(AddressSpaceLayout.X64);

    public void Dispose()
    {
        _machine.CheckInvariants();
        _machine.Dispose();
    }

    [Fact]
    public void OwnPagesGoToSwap()
    {
        VirtualAddress start = Written();
        Assert.False(_process.Madvise(start, Pages << 12, Advice.PageOut).Failed);
        Assert.Equal((0UL, Pages), (_process.Resident.Anonymous, _process.Resident.Swapped));
        Assert.Equal(Pages, _machine.Stat[VmEvent.pswpout]);
        _machine.CheckInvariants();
        _process.AccessRange(start, Pages << 12, AccessKind.Write);
        Assert.Equal((Pages, 0UL), (_process.Resident.Anonymous, _process.Resident.Swapped));
    }

    [Fact]
    public void PagesThatOthersMapTooStay()
    {
        VirtualAddress start = Written();
        Process child = _process.Fork()!;
        _process.Madvise(start, Pages << 12, Advice.PageOut);
        Assert.Equal((Pages, 0UL), (_process.Resident.Anonymous, _process.Resident.Swapped));
        child.Exit();
        _process.Madvise(start, Pages << 12, Advice.PageOut);
        Assert.Equal(Pages, _process.Resident.Swapped);
    }

    [Fact]
    public void LockedMemoryIsRefused()
    {
        VirtualAddress start = Written();
        _process.Mlock(start, 4096);
        Assert.Equal(Errno.EINVAL, _process.Madvise(start, 4096, Advice.PageOut).Error);
        Assert.Equal(Errno.EINVAL, _process.Madvise(start, 4096, Advice.Cold).Error);
        Assert.Equal(0UL, _process.Resident.Swapped);
    }

    [Fact]
    public void WithoutSwapNothingGoes()
    {
        using var machine = new Machine(new MachineOptions { RamBytes = 1UL << 30 });
        Process process = machine.CreateProcess(AddressSpaceLayout.X64);
        VirtualAddress start = process.Mmap(default, Pages << 12, Protection.ReadWrite, MapFlags.Private).Address;
        process.AccessRange(start, Pages << 12, AccessKind.Write);
        Assert.False(process.Madvise(start, Pages << 12, Advice.PageOut).Failed);
        Assert.Equal((Pages, Pages), (process.Resident.Anonymous, machine.Stat[VmEvent.pgactivate]));
        machine.CheckInvariants();
    }

    /// <summary>Clean pages of a file leave the cache, dirty ones only the page tables.</summary>
    [Theory]
    [InlineData(AccessKind.Read, 0UL)]
    [InlineData(AccessKind.Write, 64UL)]
    public void PagesOfAFile(AccessKind kind, ulong cached)
    {
        Inode file = _machine.Files.Create("/data", 64 << 12);
        VirtualAddress start = _process.Mmap(default, 64 << 12, Protection.ReadWrite, MapFlags.Shared, _machine.Files.Open(file), 0).Address;
        _process.AccessRange(start, 64 << 12, kind);
        Assert.Equal(64UL, _process.Resident.File);
        _process.Madvise(start, 64 << 12, Advice.PageOut);
        Assert.Equal((0UL, cached), (_process.Resident.File, file.CachedPages.Value));
    }

    [Fact]
    public void AHugePageIsTakenApartToGo()
    {
        VirtualAddress start = _process.Mmap(default, 4 << 20, Protection.ReadWrite, MapFlags.Private).Address;
        _process.Madvise(start, 4 << 20, Advice.HugePage);
        _process.AccessRange(start, 4 << 20, AccessKind.Write);
        ulong huge = _machine.Stat[VmEvent.nr_anon_transparent_hugepages];
        Assert.True(huge >= 1);
        Assert.False(_process.Madvise(start, 4 << 20, Advice.Cold).Failed);
        Assert.Equal(huge, _machine.Stat[VmEvent.nr_anon_transparent_hugepages]);
        Assert.False(_process.Madvise(start, 4 << 20, Advice.PageOut).Failed);
        Assert.Equal((0UL, 1024UL), (_machine.Stat[VmEvent.nr_anon_transparent_hugepages], _process.Resident.Swapped));
    }

    /// <summary>Cold pages are inactive and count as unused.</summary>
    [Fact]
    public void ColdPagesAreInactive()
    {
        VirtualAddress start = Written();
        foreach (ulong page in Enumerable.Range(0, (int)Pages).Select(page => (ulong)page))
            _machine.Lru.Activate(_process.FrameOf(start + (page << 12)).Value);
        Assert.Equal(Pages, _machine.Stat[VmEvent.nr_active_anon]);
        Assert.False(_process.Madvise(start, Pages << 12, Advice.Cold).Failed);
        Assert.Equal((0UL, Pages), (_machine.Stat[VmEvent.nr_active_anon], _machine.Stat[VmEvent.pgdeactivate]));
        Assert.Equal(Pages, _process.Resident.Anonymous);
        Assert.Equal(0UL, _process.SmapsRollup().Referenced);
    }

    private VirtualAddress Written()
    {
        VirtualAddress start = _process.Mmap(default, Pages << 12, Protection.ReadWrite, MapFlags.Private).Address;
        _process.AccessRange(start, Pages << 12, AccessKind.Write);
        return start;
    }
}
