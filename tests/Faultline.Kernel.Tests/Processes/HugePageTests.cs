namespace Faultline.Kernel.Tests;

/// <summary>Transparent huge pages: what Linux 6.18 counted for 8 MiB in a C probe, and what it gives back.</summary>
public sealed class HugePageTests : IDisposable
{
    private const ulong Bytes = 8UL << 20;
    private const ulong Pages = 2048;

    private readonly Machine _machine = new(new MachineOptions { RamBytes = 1UL << 30 });
    private readonly Process _process;
    private readonly VirtualAddress _start;

    public HugePageTests()
    {
        _process = _machine.CreateProcess(AddressSpaceLayout.X64);
        _start = _process.Mmap(default, Bytes, Protection.ReadWrite, MapFlags.Private).Address;
        _process.Madvise(_start, Bytes, Advice.HugePage);
    }

    public void Dispose() => _machine.Dispose();

    [Fact]
    public void OneFaultForTwoMebibytes()
    {
        Assert.Equal(4UL, Write());
        Assert.Equal(Pages, _process.ResidentPages.Value);
        Assert.Equal(PageState.PrivateHuge, _process.StateOf(_start + 4096));
        Assert.Equal(4UL, _machine.Stat[VmEvent.thp_fault_alloc]);
        Assert.Equal(4UL, _machine.Stat[VmEvent.nr_anon_transparent_hugepages]);
        Assert.Equal(2UL + 4, _process.PageTablePages.Value);
    }

    [Fact]
    public void ReadingMapsTheHugePageOfZeros()
    {
        Assert.Equal(4UL, Read());
        Assert.Equal((0UL, Pages), (_process.ResidentPages.Value, _process.ZeroPages.Value));
        Assert.Equal(1UL, _machine.Stat[VmEvent.thp_zero_page_alloc]);
        Assert.Equal(PageState.HugeZeroPage, _process.StateOf(_start));
        Assert.Equal(4UL, Write());
        Assert.Equal((Pages, 0UL), (_process.ResidentPages.Value, _process.ZeroPages.Value));
    }

    [Fact]
    public void DontNeedGivesWholeHugePagesBack()
    {
        Write();
        _process.Madvise(_start, Bytes, Advice.DontNeed);
        Assert.Equal(0UL, _machine.Stat[VmEvent.nr_anon_pages]);
        Assert.Equal(2UL, _process.PageTablePages.Value);
        Assert.Equal(4UL, Write());
    }

    [Fact]
    public void OnePageOfAHugePageIsDroppedBySplittingItsMapping()
    {
        Write();
        ulong free = _machine.FreePages.Value;
        _process.Madvise(_start + 40960, 4096, Advice.DontNeed);
        Assert.Equal((1UL, 1UL), (_machine.Stat[VmEvent.thp_split_pmd], _machine.Stat[VmEvent.thp_deferred_split_page]));
        Assert.Equal(Pages - 1, _process.ResidentPages.Value);
        Assert.Equal(free, _machine.FreePages.Value);
        Assert.Equal(1UL, Write());
        Assert.Equal(2UL + 4, _process.PageTablePages.Value);
        _machine.CheckInvariants();

        _process.Munmap(_start, Bytes);
        _machine.CheckInvariants();
        Assert.Equal(0UL, _machine.Stat[VmEvent.nr_anon_pages]);
        Assert.Equal(0UL, _process.PageTablePages.Value);
    }

    [Fact]
    public void ProtectingAPartSplitsAndCostsNoFault()
    {
        Write();
        _process.Mprotect(_start + (2UL << 20), 4096, Protection.Read);
        Assert.Equal(1UL, _machine.Stat[VmEvent.thp_split_pmd]);
        _process.Mprotect(_start + (2UL << 20), 4096, Protection.ReadWrite);
        Assert.Equal(0UL, Write());
        _process.Mprotect(_start, Bytes, Protection.Read);
        _process.Mprotect(_start, Bytes, Protection.ReadWrite);
        Assert.Equal(0UL, Write());
        _machine.CheckInvariants();
    }

    [Fact]
    public void AfterAForkTheWriterSplitsAndCopiesSmallPagesAndTheLastOwnerKeepsTheHugeOnes()
    {
        Write();
        Process child = _process.Fork()!;
        child.AccessRange(_start, Bytes, AccessKind.Write);
        Assert.Equal(Pages, child.MinorFaults);
        _machine.CheckInvariants();
        child.Exit();
        _machine.CheckInvariants();
        Assert.Equal(4UL, Write());
        Assert.Equal(0UL, _machine.Stat[VmEvent.pgreuse]);
    }

    [Fact]
    public void PiecesLeftToOneProcessAreReusedAndSharedOnesCopied()
    {
        Write();
        _process.Madvise(_start, 4096, Advice.DontNeed);
        _process.Fork()!.Exit();
        ulong hugeFaults = 3;
        Assert.Equal(512 + hugeFaults, Write());
        Assert.Equal(511UL, _machine.Stat[VmEvent.pgreuse]);
        Process child = _process.Fork()!;
        Assert.Equal(Pages, Write());
        Assert.Equal(511UL, _machine.Stat[VmEvent.pgreuse]);
        _machine.CheckInvariants();
        child.Exit();
        _machine.CheckInvariants();
    }

    [Fact]
    public void MovingKeepsHugePagesWholeWhereBothPlacesAreAligned()
    {
        VirtualAddress reserve = _process.Mmap(default, 4 * Bytes, Protection.None, MapFlags.Private).Address;
        Write();
        _process.Mmap(_start + Bytes, 4096, Protection.Read, MapFlags.Private | MapFlags.Fixed);
        VirtualAddress moved = _process.Mremap(_start, Bytes, 2 * Bytes, mayMove: true).Address;
        Assert.True(moved < reserve && moved.Value % (2UL << 20) == 0);
        Assert.Equal(PageState.PrivateHuge, _process.StateOf(moved));
        Assert.Equal(0UL, _machine.Stat[VmEvent.thp_split_pmd]);
        VirtualAddress odd = _process.Mremap(moved + 4096, Bytes - 4096, 3 * Bytes, mayMove: true).Address;
        Assert.Equal(0UL, odd.Value % (2UL << 20));
        Assert.Equal(4UL, _machine.Stat[VmEvent.thp_split_pmd]);
        Assert.Equal(PageState.Private, _process.StateOf(odd));
        Assert.Equal(Pages, _process.ResidentPages.Value);
        _machine.CheckInvariants();
        _process.Munmap(odd, 3 * Bytes);
        Assert.Equal(1UL, _process.ResidentPages.Value);
        _machine.CheckInvariants();
    }

    [Fact]
    public void WhatAnotherProcessStillMapsInPiecesIsNotFreeYet()
    {
        Write();
        Process child = _process.Fork()!;
        child.Access(_start, AccessKind.Write);
        child.Madvise(_start + 4096, 40960, Advice.DontNeed);
        _process.Madvise(_start, Bytes, Advice.DontNeed);
        _machine.CheckInvariants();
        Assert.Equal(1UL + 501 + 1536, _machine.Stat[VmEvent.nr_anon_pages]);
        child.Exit();
        _machine.CheckInvariants();
        Assert.Equal(0UL, _machine.Stat[VmEvent.nr_anon_pages]);
    }

    [Fact]
    public void OnlyAWholeHugePageInsideTheAreaIsOne()
    {
        Process process = _machine.CreateProcess(AddressSpaceLayout.X64);
        VirtualAddress start = process.Mmap(default, Bytes, Protection.ReadWrite, MapFlags.Private).Address;
        process.Madvise(start + 4096, Bytes - 8192, Advice.HugePage);
        process.AccessRange(start, Bytes, AccessKind.Write);
        Assert.Equal(512UL + 2 + 512, process.MinorFaults);
    }

    [Theory]
    [InlineData(ThpPolicy.Never, false, false, 512)]
    [InlineData(ThpPolicy.Never, true, false, 512)]
    [InlineData(ThpPolicy.MadviseOnly, false, false, 512)]
    [InlineData(ThpPolicy.MadviseOnly, true, false, 1)]
    [InlineData(ThpPolicy.Always, false, false, 1)]
    [InlineData(ThpPolicy.Always, false, true, 512)]
    public void ThePolicyDecides(ThpPolicy policy, bool wanted, bool unwanted, int faults)
    {
        using var machine = new Machine(new MachineOptions { RamBytes = 256UL << 20, Thp = policy });
        Process process = machine.CreateProcess(AddressSpaceLayout.X64);
        VirtualAddress start = process.Mmap(default, 2UL << 20, Protection.ReadWrite, MapFlags.Private).Address;
        if (wanted)
            process.Madvise(start, 2UL << 20, Advice.HugePage);
        if (unwanted)
            process.Madvise(start, 2UL << 20, Advice.NoHugePage);
        process.AccessRange(start, 2UL << 20, AccessKind.Write);
        Assert.Equal((ulong)faults, process.MinorFaults);
    }

    [Fact]
    public void SmallPagesDoWhereNoLargeBlockIsLeft()
    {
        using var machine = new Machine(new MachineOptions { RamBytes = 64UL << 20, Thp = ThpPolicy.Always });
        Process process = machine.CreateProcess(AddressSpaceLayout.X64);
        VirtualAddress start = process.Mmap(default, 64UL << 20, Protection.ReadWrite, MapFlags.Private | MapFlags.NoReserve).Address;
        process.AccessRange(start, 64UL << 20, AccessKind.Write);
        Assert.True(machine.Stat[VmEvent.thp_fault_fallback] > 0);
        Assert.True(process.UnbackedPages > 0);
        Assert.True(process.MinorFaults > machine.Stat[VmEvent.thp_fault_alloc]);
        machine.CheckInvariants();
        process.Exit();
        machine.CheckInvariants();
    }

    private ulong Write() => Touch(AccessKind.Write);

    private ulong Read() => Touch(AccessKind.Read);

    private ulong Touch(AccessKind kind)
    {
        ulong before = _process.MinorFaults;
        _process.AccessRange(_start, Bytes, kind);
        return _process.MinorFaults - before;
    }
}
