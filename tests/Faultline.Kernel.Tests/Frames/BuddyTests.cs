namespace Faultline.Kernel.Tests;

public sealed class BuddyTests
{
    [Fact]
    public void BootLeavesTheLargestBlocksThatFit()
    {
        using var machine = new Machine(new MachineOptions { Zones = new ZonePages(3840, 772917, 0), Thp = ThpPolicy.Never });
        Assert.Equal([0UL, 0, 0, 0, 0, 0, 0, 0, 1, 1, 3], machine.Zones[0].FreeBlocks);
        Assert.Equal(772917UL, machine.Zones[1].ManagedPages);
        machine.CheckInvariants();
    }

    [Fact]
    public void WhatIsFreedMergesIntoWhatWasThere()
    {
        using var frames = new SmallMachine();
        ulong[] before = frames.FreeBlocks();
        var taken = new List<(uint Pfn, int Order)>();
        for (int order = 0; order <= Order.Max; order++)
            for (int i = 0; i < 3; i++)
                taken.Add((frames.Allocate(order), order));
        Assert.DoesNotContain(FrameAllocator.None, taken.Select(block => block.Pfn));
        Assert.All(taken, block => Assert.Equal(0u, block.Pfn % (1u << block.Order)));
        Assert.NotEqual(before, frames.FreeBlocks());
        foreach ((uint pfn, int order) in taken)
        {
            frames.Allocator.Free(0, pfn, order);
            frames.Allocator.CheckInvariants();
        }

        frames.Drain();
        Assert.Equal(before, frames.FreeBlocks());
    }

    [Fact]
    public void SplittingABlockLeavesItsHalves()
    {
        using var frames = new SmallMachine();
        ulong[] before = frames.FreeBlocks();
        uint pfn = frames.Allocate(4);
        ulong[] after = frames.FreeBlocks();
        Assert.Equal(0u, pfn % 16);
        for (int order = 4; order < Order.Max; order++)
            Assert.Equal(before[order] + 1, after[order]);
        Assert.Equal(before[Order.Max] - 1, after[Order.Max]);
    }

    [Fact]
    public void EveryPageCanBeTakenOnceAndOnlyOnce()
    {
        using var frames = new SmallMachine();
        var seen = new HashSet<uint>();
        while (frames.Allocator.Allocate(0, 0, Migratetype.Movable, AllocationFlags.None) is var pfn and not FrameAllocator.None)
            Assert.True(seen.Add(pfn), $"frame {pfn} was handed out twice");
        ulong kept = frames.Normal.Watermarks.Min + frames.Normal.LowmemReserve[2];
        Assert.True(frames.Normal.Free.FreePages <= kept + 1);
        frames.Allocator.CheckInvariants();
        Assert.Equal(frames.Normal.Range.Managed - frames.Normal.Free.FreePages, (ulong)seen.Count(pfn => pfn >= PhysicalLayout.NormalStart));
    }

    [Fact]
    public void AMachineOfOneTebibyteTouchesNothing()
    {
        using var machine = new Machine(new MachineOptions { RamBytes = 1UL << 40, Cpus = 64 });
        Zone normal = machine.Frames.Zones[2];
        Assert.True(normal.Range.Managed - normal.Free.UntouchedPages < 4096);
        machine.CheckInvariants();
    }
}
