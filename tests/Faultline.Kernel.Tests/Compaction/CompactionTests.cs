namespace Faultline.Kernel.Tests;

public sealed class CompactionTests
{
    private const int HugeOrder = Migratetypes.PageblockOrder;

    [Fact]
    public void AHugeBlockCanBeHadOnlyAfterPagesWereMovedTogether()
    {
        using var machine = new FragmentedMachine(Migratetype.Movable);
        Assert.True(machine.Zone.Free.FreePages > 8000);
        Assert.True(Fragmentation.Index(machine.FreeBlocks, HugeOrder) > Compactor.ExtfragThreshold);
        Assert.Equal(FrameAllocator.None, machine.Machine.Frames.Allocate(0, HugeOrder, Migratetype.Movable, AllocationFlags.NoRetry));
        Assert.Equal(0UL, machine.Stat[VmEvent.compact_stall]);

        uint block = machine.Allocate(HugeOrder);
        Assert.NotEqual(FrameAllocator.None, block);
        Assert.Equal(0u, block % Migratetypes.PageblockPages);
        Assert.Equal((1UL, 1UL, 0UL), (machine.Stat[VmEvent.compact_stall], machine.Stat[VmEvent.compact_success], machine.Stat[VmEvent.compact_fail]));
        Assert.InRange(machine.Stat[VmEvent.pgmigrate_success], 200UL, 600UL);
        Assert.True(machine.Stat[VmEvent.compact_migrate_scanned] >= 512);
        Assert.True(machine.Stat[VmEvent.compact_free_scanned] >= 512);
        Assert.True(machine.Stat[VmEvent.compact_isolated] >= 2 * machine.Stat[VmEvent.pgmigrate_success]);
        machine.Machine.Frames.Free(0, block, HugeOrder);
        machine.Machine.CheckInvariants();
    }

    [Fact]
    public void TheProcessSeesNothingOfIt()
    {
        using var machine = new FragmentedMachine(Migratetype.Movable);
        (ulong faults, ulong resident) = (machine.Init.MinorFaults, machine.Init.ResidentPages.Value);
        machine.Machine.CompactMemory();
        machine.Machine.CheckInvariants();
        Assert.True(machine.Zone.Free.Blocks(HugeOrder) + machine.Zone.Free.Blocks(Order.Max) > 5);
        machine.Init.AccessRange(machine.Start + 4096, 4096, AccessKind.Write);
        Assert.Equal((faults, resident), (machine.Init.MinorFaults, machine.Init.ResidentPages.Value));
    }

    /// <summary>A process that asked for huge pages gets one where it would have got small ones.</summary>
    [Fact]
    public void AHugePageThatWasAskedForCompacts()
    {
        using var machine = new FragmentedMachine(Migratetype.Movable);
        VirtualAddress start = machine.Init.Mmap(default, 4UL << 20, Protection.ReadWrite, MapFlags.Private | MapFlags.NoReserve).Address;
        machine.Init.Madvise(start, 4UL << 20, Advice.HugePage);
        machine.Init.Access(start, AccessKind.Write);
        Assert.Equal(PageState.PrivateHuge, machine.Init.StateOf(start));
        Assert.Equal((1UL, 0UL), (machine.Stat[VmEvent.thp_fault_alloc], machine.Stat[VmEvent.thp_fault_fallback]));
        Assert.True(machine.Stat[VmEvent.pgmigrate_success] > 0);
        machine.Machine.CheckInvariants();
    }

    [Fact]
    public void WhatTheKernelHoldsDoesNotMove()
    {
        using var machine = new FragmentedMachine(Migratetype.Unmovable);
        Assert.True(Fragmentation.Index(machine.FreeBlocks, HugeOrder) > Compactor.ExtfragThreshold);
        Assert.Equal(FrameAllocator.None, machine.Allocate(HugeOrder, Migratetype.Unmovable));
        Assert.Equal(0UL, machine.Stat[VmEvent.pgmigrate_success]);
        Assert.Equal(0UL, machine.Stat[VmEvent.compact_success]);
        Assert.True(machine.Stat[VmEvent.compact_fail] > 0);
        machine.Machine.CheckInvariantsOfFrames();
    }

    /// <summary>The index says whether memory is scattered or short: where it is short nothing is moved.</summary>
    [Fact]
    public void WhereMemoryIsShortNothingIsMoved()
    {
        using var machine = new FragmentedMachine(Migratetype.Movable);
        machine.Init.AccessRange(machine.Start, 128UL << 20, AccessKind.Write);
        machine.Machine.DrainPerCpuLists();
        Assert.Equal(FrameAllocator.None, machine.Allocate(HugeOrder));
        Assert.Equal((0UL, 0UL), (machine.Stat[VmEvent.compact_stall], machine.Stat[VmEvent.pgmigrate_success]));
        machine.Machine.CheckInvariants();
    }

    [Fact]
    public void AfterAFailureItIsTriedLessAndLessOften()
    {
        using var machine = new FragmentedMachine(Migratetype.Unmovable);
        var stalls = new List<int>();
        for (int request = 1; request <= 40; request++)
        {
            ulong before = machine.Stat[VmEvent.compact_migrate_scanned];
            machine.Allocate(HugeOrder, Migratetype.Unmovable);
            if (machine.Stat[VmEvent.compact_migrate_scanned] != before)
                stalls.Add(request);
        }

        Assert.InRange(stalls.Count, 2, 12);
        int[] gaps = [.. stalls.Zip(stalls.Skip(1), (first, second) => second - first)];
        Assert.Equal(gaps.Order(), gaps);
        Assert.True(gaps[^1] > gaps[0], string.Join(' ', gaps));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(2, 3)]
    [InlineData(3, 7)]
    [InlineData(9, 63)]
    public void FailuresDoubleThePause(int failures, int passedOver)
    {
        var state = new CompactionState();
        for (int i = 0; i < failures; i++)
            state.Defer(9);
        int passed = 0;
        while (state.IsDeferred(9))
            passed++;
        Assert.Equal(passedOver, passed);
        state.Defer(9);
        state.Reset(9, allocated: true);
        Assert.False(state.IsDeferred(9));
        Assert.False(state.IsDeferred(3));
    }

    /// <summary>Shared pages, pages of files, pages in the swap cache: afterwards the same pages share the same frames as before.</summary>
    [Fact]
    public void WhatWasSharedStaysShared()
    {
        using var machine = new Machine(new MachineOptions { RamBytes = 128UL << 20, Thp = ThpPolicy.Never, SwapBytes = 64UL << 20 });
        Process parent = machine.CreateProcess(AddressSpaceLayout.X64);
        VirtualAddress own = parent.Mmap(default, 4UL << 20, Protection.ReadWrite, MapFlags.Private).Address;
        parent.AccessRange(own, 4UL << 20, AccessKind.Write);
        OpenFile file = machine.Files.Open(machine.Files.Create("/data", 4UL << 20));
        VirtualAddress mapped = parent.Mmap(default, 4UL << 20, Protection.ReadWrite, MapFlags.Shared, file, 0).Address;
        parent.AccessRange(mapped, 4UL << 20, AccessKind.Write);
        VirtualAddress shared = parent.Mmap(default, 2UL << 20, Protection.ReadWrite, MapFlags.Shared).Address;
        parent.AccessRange(shared, 2UL << 20, AccessKind.Write);
        Process child = parent.Fork()!;
        child.AccessRange(own, 1UL << 20, AccessKind.Write);
        child.AccessRange(mapped, 4UL << 20, AccessKind.Read);
        child.AccessRange(shared, 1UL << 20, AccessKind.Read);
        for (ulong offset = 0; offset < 4UL << 20; offset += 3 * PageSize.Bytes)
            parent.Madvise(own + offset, PageSize.Bytes, Advice.DontNeed);
        child.Mremap(own, 1UL << 20, 5UL << 20, mayMove: true);
        List<Pfn> before = Frames([parent, child], own, mapped, shared);
        machine.CompactMemory();
        machine.CheckInvariants();
        List<Pfn> after = Frames([parent, child], own, mapped, shared);
        Assert.True(machine.Stat[VmEvent.pgmigrate_success] > 100);
        Assert.Equal(0UL, machine.Stat[VmEvent.pgmigrate_fail]);
        var newOf = new Dictionary<Pfn, Pfn>();
        for (int i = 0; i < before.Count; i++)
            Assert.Equal(newOf.TryAdd(before[i], after[i]) ? after[i] : newOf[before[i]], after[i]);
        Assert.Equal(newOf.Count, newOf.Values.Distinct().Count());
        Assert.Contains(newOf, pair => pair.Key != pair.Value);
    }

    private static List<Pfn> Frames(Process[] processes, params VirtualAddress[] starts) =>
        [.. from process in processes from start in starts from page in Enumerable.Range(0, 2048) select process.FrameOf(start + ((ulong)page << 12))];
}
