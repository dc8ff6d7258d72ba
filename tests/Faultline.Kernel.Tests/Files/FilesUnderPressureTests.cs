namespace Faultline.Kernel.Tests;

/// <summary>Pages of files in a memory cgroup that is too small for them.</summary>
public sealed class FilesUnderPressureTests : IDisposable
{
    private const ulong Bytes = 8UL << 20;
    private const ulong Pages = 2048;

    private readonly Machine _machine = new(new MachineOptions { RamBytes = 1UL << 30, SwapBytes = 64UL << 20 });
    private readonly MemoryCgroup _group;
    private readonly Process _process;

    public FilesUnderPressureTests()
    {
        _group = _machine.CreateCgroup("small", Bytes / 2);
        _process = _machine.CreateProcess(AddressSpaceLayout.X64, _group);
    }

    public void Dispose() => _machine.Dispose();

    /// <summary>Shared memory goes to swap, comes back by major faults, and leaves nothing behind.</summary>
    [Fact]
    public void SharedMemoryIsSwapped()
    {
        VirtualAddress start = _process.Mmap(default, Bytes, Protection.ReadWrite, MapFlags.Shared).Address;
        _process.AccessRange(start, Bytes, AccessKind.Write);
        _machine.CheckInvariants();
        AreaUsage usage = _process.SmapsRollup();
        Assert.Equal(Bytes, usage.Swap + (_machine.Stat[VmEvent.nr_shmem] << 12));
        Assert.True(usage.Swap >= Bytes / 2);
        Assert.Equal(_process.Resident.SharedMemory << 12, usage.Rss);

        ulong minor = _process.MinorFaults;
        _process.AccessRange(start, Bytes, AccessKind.Read);
        _machine.CheckInvariants();
        Assert.InRange(_process.MajorFaults, 1UL, Pages);
        Assert.True(_process.MinorFaults > minor, "what readahead brought in is a minor fault");
        Assert.True(_machine.Stat[VmEvent.pswpin] >= _process.MajorFaults);

        Process child = _process.Fork()!;
        child.AccessRange(start, Bytes, AccessKind.Write);
        _machine.CheckInvariants();
        _process.Exit();
        child.Exit();
        Assert.Equal(_machine.SwapTotal, _machine.SwapFree);
        Assert.Empty(_machine.Files.All);
        _machine.CheckInvariants();
    }

    /// <summary>Clean pages of a file on a disk just go, and are read again.</summary>
    [Fact]
    public void CachedPagesAreDroppedAndReadAgain()
    {
        OpenFile file = _machine.Files.Open(_machine.Files.Create("data", Bytes));
        VirtualAddress start = _process.Mmap(default, Bytes, Protection.Read, MapFlags.Private, file, 0).Address;
        for (int pass = 0; pass < 2; pass++)
            _process.AccessRange(start, Bytes, AccessKind.Read);
        _machine.CheckInvariants();
        Assert.InRange(file.Inode.CachedPages.Value, 1UL, Pages / 2);
        Assert.Equal(0UL, _machine.Stat[VmEvent.pswpout]);
        Assert.True(_machine.Stat[VmEvent.pgpgin] > Pages * 4, "what was dropped is read twice");
        Assert.NotEqual(0UL, _machine.Stat[VmEvent.workingset_refault_file]);
    }

    [Fact]
    public void DirtyPagesAreWrittenBeforeTheyGo()
    {
        OpenFile file = _machine.Files.Open(_machine.Files.Create("data", 0));
        Assert.Equal((long)Bytes, _process.Write(file, 0, Bytes).Raw);
        _machine.CheckInvariants();
        Assert.Equal(Pages, file.Inode.DirtyPages.Value + _machine.Stat[VmEvent.nr_written]);
        Assert.InRange(file.Inode.CachedPages.Value, 1UL, Pages / 2);
    }

    /// <summary>A leaf of 2 MiB comes apart when pages of it are reclaimed.</summary>
    [Fact]
    public void LargeFoliosComeApart()
    {
        using var machine = new Machine(new MachineOptions { RamBytes = 1UL << 30, Files = new FileSettings { Folios = FolioPolicy.LargeFolios } });
        MemoryCgroup group = machine.CreateCgroup("small", Bytes / 2);
        Process process = machine.CreateProcess(AddressSpaceLayout.X64, group);
        OpenFile file = machine.Files.Open(machine.Files.Create("data", 0));
        for (ulong at = 0; at < Bytes; at += 2 << 20)
        {
            process.Write(file, at, 2 << 20);
            process.Fsync(file);
        }

        VirtualAddress start = process.Mmap(default, Bytes, Protection.Read, MapFlags.Private, file, 0).Address;
        process.AccessRange(start, Bytes, AccessKind.Read);
        machine.CheckInvariants();
        Assert.InRange(process.ResidentPages.Value, 1UL, Pages / 2);
        process.Exit();
        machine.CheckInvariants();
        Assert.Equal(0UL, machine.Stat[VmEvent.nr_mapped]);
    }
}
