namespace Faultline.Kernel.Tests;

public sealed class MigratetypeTests
{
    [Fact]
    public void TheFirstUnmovableRequestClaimsAWholePageblock()
    {
        using var frames = new SmallMachine();
        uint pfn = frames.Allocate(0, Migratetype.Unmovable);
        Assert.Equal(Migratetype.Unmovable, frames.Allocator.Pageblocks.TypeOf(pfn));
        uint next = frames.Allocate(0, Migratetype.Unmovable);
        Assert.Equal(pfn >> Migratetypes.PageblockOrder, next >> Migratetypes.PageblockOrder);
        Assert.Equal(Migratetype.Movable, frames.Allocator.Pageblocks.TypeOf(frames.Allocate(0)));
        frames.Allocator.CheckInvariants();
    }

    [Fact]
    public void AClaimTurnsAPageblockOverIfMostOfItFits()
    {
        using var frames = new SmallMachine();
        List<uint> pages = FillWithMovable(frames);
        uint block = pages.First(pfn => pfn >= PhysicalLayout.NormalStart + 4096) & ~511u;
        FreePages(frames, pages, pfn => pfn >> 9 == block >> 9 && pfn % 512 < 300);
        uint taken = frames.Allocate(3, Migratetype.Unmovable);
        Assert.Equal(block >> 9, taken >> 9);
        Assert.Equal(Migratetype.Unmovable, frames.Allocator.Pageblocks.TypeOf(block));
        frames.Allocator.CheckInvariants();
    }

    [Fact]
    public void WhatIsTooLittleForAClaimIsStolenAndThePageblockStays()
    {
        using SmallMachine frames = new SmallMachine().WithoutWatermarks();
        List<uint> pages = FillWithMovable(frames);
        uint block = pages.First(pfn => pfn >= PhysicalLayout.NormalStart + 4096) & ~511u;
        FreePages(frames, pages, pfn => pfn >> 9 == block >> 9 && pfn % 512 < 100);
        uint taken = frames.Allocate(3, Migratetype.Unmovable);
        Assert.Equal(block >> 9, taken >> 9);
        Assert.Equal(Migratetype.Movable, frames.Allocator.Pageblocks.TypeOf(block));
        frames.Allocator.CheckInvariants();
    }

    [Fact]
    public void ALowerZoneIsTakenBeforePageblocksAreMixed()
    {
        using SmallMachine frames = new SmallMachine().WithoutWatermarks();
        List<uint> pages = FillWithMovable(frames, stopAtNormal: true);
        FreePages(frames, pages, pfn => pfn % 512 < 64);
        uint taken = frames.Allocate(1, Migratetype.Unmovable);
        Assert.Equal("DMA32", frames.Allocator.ZoneOf(taken).Range.Name);
    }

    [Fact]
    public void ReclaimableFallsBackToUnmovableBeforeMovable()
    {
        using var frames = new SmallMachine();
        uint unmovable = frames.Allocate(0, Migratetype.Unmovable);
        uint first = frames.Allocate(0, Migratetype.Reclaimable);
        Assert.NotEqual(unmovable >> 9, first >> 9);
        Assert.Equal([Migratetype.Unmovable, Migratetype.Movable], Migratetypes.Fallbacks(Migratetype.Reclaimable).ToArray());
        Assert.Equal([Migratetype.Reclaimable, Migratetype.Movable], Migratetypes.Fallbacks(Migratetype.Unmovable).ToArray());
        Assert.Equal([Migratetype.Reclaimable, Migratetype.Unmovable], Migratetypes.Fallbacks(Migratetype.Movable).ToArray());
    }

    [Fact]
    public void AnUrgentHigherOrderRequestReservesItsPageblockForTheNext()
    {
        using var frames = new SmallMachine();
        uint first = frames.Allocate(4, Migratetype.Unmovable, AllocationFlags.Atomic);
        Assert.Equal(Migratetype.HighAtomic, frames.Allocator.Pageblocks.TypeOf(first));
        Assert.Equal(512UL, frames.Normal.ReservedHighAtomic);
        uint ordinary = frames.Allocate(4, Migratetype.Unmovable);
        Assert.NotEqual(first >> 9, ordinary >> 9);
        uint urgent = frames.Allocate(4, Migratetype.Unmovable, AllocationFlags.Atomic);
        Assert.Equal(first >> 9, urgent >> 9);
        frames.Allocator.CheckInvariants();

        FillWithMovable(frames);
        Assert.Equal(0UL, frames.Normal.ReservedHighAtomic);
        frames.Allocator.CheckInvariants();
    }

    private static unsafe List<uint> FillWithMovable(SmallMachine frames, bool stopAtNormal = false)
    {
        var pages = new List<uint>();
        while (frames.Allocate(0) is var pfn and not FrameAllocator.None)
        {
            if (stopAtNormal && pfn < PhysicalLayout.NormalStart)
            {
                frames.Allocator.Free(0, pfn, 0);
                break;
            }

            frames.Allocator.Frames[pfn].Flags |= FrameFlags.Anonymous;
            pages.Add(pfn);
        }

        return pages;
    }

    private static void FreePages(SmallMachine frames, List<uint> pages, Predicate<uint> which)
    {
        foreach (uint pfn in pages.FindAll(which))
            frames.Allocator.Free(0, pfn, 0);
        frames.Drain();
        pages.RemoveAll(which);
    }
}
