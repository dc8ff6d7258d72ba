namespace Faultline.Kernel.Tests;

/// <summary>The faults and resident pages that Linux 6.18 counted for 8 MiB of anonymous memory (a C probe, THP = madvise).</summary>
public sealed class FaultTableTests : IDisposable
{
    private const ulong Bytes = 8UL << 20;
    private const ulong Pages = 2048;

    private readonly Machine _machine = new(new MachineOptions { RamBytes = 1UL << 30 });
    private readonly Process _process;

    public FaultTableTests() => _process = _machine.CreateProcess(AddressSpaceLayout.X64);

    public void Dispose() => _machine.Dispose();

    [Fact]
    public void MappingAloneCostsNothingButAddresses()
    {
        Map();
        Expect(faults: 0, resident: 0, zero: 0);
        Assert.Equal(Pages, _process.VirtualPages.Value);
    }

    [Fact]
    public void ReadingMapsTheZeroPageAndWritingFaultsAgain()
    {
        VirtualAddress start = Map();
        _process.AccessRange(start, Bytes, AccessKind.Read);
        Expect(faults: Pages, resident: 0, zero: Pages);
        Assert.Equal(PageState.ZeroPage, _process.StateOf(start));

        _process.AccessRange(start, Bytes, AccessKind.Write);
        Expect(faults: 2 * Pages, resident: Pages, zero: 0);
        Assert.Equal(PageState.Private, _process.StateOf(start));
    }

    [Fact]
    public void DontNeedThenWriteFaultsOnceAPageMore()
    {
        VirtualAddress start = Map();
        _process.AccessRange(start, Bytes, AccessKind.Write);
        Assert.False(_process.Madvise(start, Bytes, Advice.DontNeed).Failed);
        Expect(faults: Pages, resident: 0, zero: 0);
        _process.AccessRange(start, Bytes, AccessKind.Write);
        Expect(faults: 2 * Pages, resident: Pages, zero: 0);
    }

    [Fact]
    public void PopulatePaysBeforehand()
    {
        VirtualAddress start = Map(MapFlags.Populate);
        Expect(faults: Pages, resident: Pages, zero: 0);
        _process.AccessRange(start, Bytes, AccessKind.Write);
        Expect(faults: Pages, resident: Pages, zero: 0);
    }

    [Fact]
    public void ProtectionTakenAndGivenBackCostsNoFault()
    {
        VirtualAddress start = Map();
        _process.AccessRange(start, Bytes, AccessKind.Write);
        foreach (Protection less in new[] { Protection.Read, Protection.None })
        {
            _process.Mprotect(start, Bytes, less);
            Assert.Equal(FaultOutcome.SegmentationFault, _process.Access(start, AccessKind.Write));
            _process.Mprotect(start, Bytes, Protection.ReadWrite);
            _process.AccessRange(start, Bytes, AccessKind.Write);
        }

        Expect(faults: Pages, resident: Pages, zero: 0);
        Assert.Equal(2UL, _process.SegmentationFaults);
    }

    [Fact]
    public void MovedPagesDoNotFaultAgain()
    {
        VirtualAddress low = Map();
        VirtualAddress start = Map();
        Map();
        _process.Mprotect(low, Bytes, Protection.Read);
        _process.AccessRange(start, Bytes, AccessKind.Write);
        SystemCallResult moved = _process.Mremap(start, Bytes, 2 * Bytes, mayMove: true);
        Assert.NotEqual(start, moved.Address);
        _process.AccessRange(moved.Address, Bytes, AccessKind.Write);
        Expect(faults: Pages, resident: Pages, zero: 0);
        Assert.Equal(PageState.Absent, _process.StateOf(start));
    }

    [Fact]
    public void NothingBelowTheLowestAddressCanBeMappedOrRead()
    {
        Assert.Equal(Errno.EPERM, _process.Mmap(VirtualAddress.Null, 4096, Protection.ReadWrite, MapFlags.Private | MapFlags.Fixed).Error);
        Assert.Equal(FaultOutcome.SegmentationFault, _process.Access(VirtualAddress.Null, AccessKind.Read));
        Assert.Equal(FaultOutcome.SegmentationFault, _process.Access(new(8), AccessKind.Write));
    }

    private VirtualAddress Map(MapFlags more = MapFlags.None)
    {
        SystemCallResult result = _process.Mmap(VirtualAddress.Null, Bytes, Protection.ReadWrite, MapFlags.Private | more);
        Assert.False(result.Failed);
        return result.Address;
    }

    private void Expect(ulong faults, ulong resident, ulong zero)
    {
        Assert.Equal(faults, _process.MinorFaults);
        Assert.Equal(resident, _process.ResidentPages.Value);
        Assert.Equal(zero, _process.ZeroPages.Value);
    }
}
