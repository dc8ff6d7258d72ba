namespace Faultline.Kernel.Tests;

public sealed class ForkTests : IDisposable
{
    private const ulong Bytes = 8UL << 20;
    private const ulong Pages = 2048;

    private readonly Machine _machine = new(new MachineOptions { RamBytes = 1UL << 30 });
    private readonly Process _parent;

    public ForkTests() => _parent = _machine.CreateProcess(AddressSpaceLayout.X64);

    public void Dispose() => _machine.Dispose();

    [Fact]
    public void TheChildCopiesWhatItWritesAndTheParentTakesOverWhatIsLeft()
    {
        VirtualAddress start = MapWritten();
        Process child = _parent.Fork()!;
        Assert.Equal(Pages, child.ResidentPages.Value);
        Assert.Equal(0UL, child.MinorFaults);

        child.AccessRange(start, Bytes, AccessKind.Write);
        Assert.Equal(Pages, child.MinorFaults);
        Assert.Equal(0UL, _machine.Stat[VmEvent.pgreuse]);
        child.Exit();

        ulong before = _parent.MinorFaults;
        _parent.AccessRange(start, Bytes, AccessKind.Write);
        Assert.Equal(Pages, _parent.MinorFaults - before);
        Assert.Equal(Pages, _machine.Stat[VmEvent.pgreuse]);
        Assert.Equal(Pages, _parent.ResidentPages.Value);
        _machine.CheckInvariants();
    }

    [Fact]
    public void SharedFramesPartAtTheFirstStoreOfEither()
    {
        VirtualAddress start = MapWritten();
        Process child = _parent.Fork()!;
        Pfn shared = _parent.FrameOf(start);
        Assert.Equal(shared, child.FrameOf(start));
        Assert.Equal(FaultOutcome.None, child.Access(start, AccessKind.Read));
        Assert.Equal(FaultOutcome.MinorFault, _parent.Access(start, AccessKind.Write));
        Assert.NotEqual(shared, _parent.FrameOf(start));
        Assert.Equal(shared, child.FrameOf(start));
        Assert.Equal(FaultOutcome.MinorFault, child.Access(start, AccessKind.Write));
        Assert.Equal(shared, child.FrameOf(start));
    }

    [Fact]
    public void ReadPagesAreInheritedOnlyWithAnAreaThatWasWritten()
    {
        VirtualAddress untouched = Map();
        VirtualAddress between = Map(Protection.None);
        VirtualAddress written = Map();
        Assert.True(between < untouched && written < between);
        _parent.AccessRange(untouched, Bytes, AccessKind.Read);
        _parent.AccessRange(written, Bytes, AccessKind.Read);
        _parent.Access(written, AccessKind.Write);
        Process child = _parent.Fork()!;
        child.AccessRange(untouched, Bytes, AccessKind.Read);
        Assert.Equal(Pages, child.MinorFaults);
        child.AccessRange(written, Bytes, AccessKind.Read);
        Assert.Equal(Pages, child.MinorFaults);
    }

    [Fact]
    public void ProtectionGivenBackAfterAForkDoesNotSaveTheFault()
    {
        VirtualAddress start = MapWritten();
        _parent.Fork()!.Exit();
        _parent.Mprotect(start, Bytes, Protection.Read);
        _parent.Mprotect(start, Bytes, Protection.ReadWrite);
        ulong before = _parent.MinorFaults;
        _parent.AccessRange(start, Bytes, AccessKind.Write);
        Assert.Equal(Pages, _parent.MinorFaults - before);
    }

    [Fact]
    public void EveryFrameComesBackWhenProcessesEnd()
    {
        _machine.ShrinkCaches();
        _machine.DrainPerCpuLists();
        ulong atRest = _machine.FreePages.Value;
        Process first = _machine.CreateProcess(AddressSpaceLayout.X64);
        first.Brk(first.CurrentBreak + (3UL << 20));
        first.AccessRange(AddressSpaceLayout.X64.BrkStart, 3UL << 20, AccessKind.Write);
        VirtualAddress huge = first.Mmap(default, Bytes, Protection.ReadWrite, MapFlags.Private).Address;
        first.Madvise(huge, Bytes, Advice.HugePage);
        first.AccessRange(huge, Bytes, AccessKind.Write);
        Process second = first.Fork()!;
        second.AccessRange(huge, Bytes / 2, AccessKind.Write);
        first.Exit();
        _machine.CheckInvariants();
        second.Exit();
        _machine.CheckInvariants();
        _machine.ShrinkCaches();
        _machine.DrainPerCpuLists();
        Assert.Equal(atRest, _machine.FreePages.Value);
        Assert.Equal(FaultOutcome.SegmentationFault, second.Access(huge, AccessKind.Read));
        Assert.Throws<InvalidOperationException>(() => second.Munmap(huge, 4096));
    }

    [Fact]
    public void TheKernelsHalfIsTheSameFramesInEveryProcess()
    {
        Process other = _machine.CreateProcess(AddressSpaceLayout.X64);
        Process child = _parent.Fork()!;
        for (int entry = PageTables.Entries / 2; entry < PageTables.Entries; entry++)
        {
            Assert.Equal(_parent.PageTables.RootEntry(entry), other.PageTables.RootEntry(entry));
            Assert.Equal(_parent.PageTables.RootEntry(entry), child.PageTables.RootEntry(entry));
        }

        VirtualAddress start = MapWritten();
        Pfn frame = _parent.FrameOf(start);
        var direct = new VirtualAddress(KernelHalf.DirectMap + ((ulong)frame.Value << 12));
        Assert.Equal(frame, _parent.FrameOf(direct));
        Assert.Equal(frame, other.FrameOf(direct));
        Assert.Equal(Pfn.None, other.FrameOf(start));
        Assert.Equal(PhysicalLayout.ZeroFrame, other.FrameOf(new(KernelHalf.Image + (16UL << 20) + 4096)).Value);
        Assert.Equal(FaultOutcome.SegmentationFault, other.Access(direct, AccessKind.Read));
    }

    private VirtualAddress Map(Protection protection = Protection.ReadWrite) =>
        _parent.Mmap(default, Bytes, protection, MapFlags.Private).Address;

    private VirtualAddress MapWritten()
    {
        VirtualAddress start = Map();
        _parent.AccessRange(start, Bytes, AccessKind.Write);
        return start;
    }
}
