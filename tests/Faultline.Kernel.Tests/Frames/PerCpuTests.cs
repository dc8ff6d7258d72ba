namespace Faultline.Kernel.Tests;

public sealed class PerCpuTests
{
    [Fact]
    public void APageFreedIsTheNextOneTakenOnThatProcessor()
    {
        using var frames = new SmallMachine();
        uint here = frames.Allocator.AllocatePage(0, Migratetype.Movable);
        uint there = frames.Allocator.AllocatePage(1, Migratetype.Movable);
        Assert.NotEqual(here, there);
        frames.Allocator.Free(0, here, 0);
        Assert.NotEqual(here, frames.Allocator.AllocatePage(1, Migratetype.Movable));
        Assert.Equal(here, frames.Allocator.AllocatePage(0, Migratetype.Movable));
    }

    [Fact]
    public void RefillsDoubleWhilePagesAreOnlyTaken()
    {
        using var frames = new SmallMachine();
        var refills = new List<ulong>();
        ulong free = frames.Normal.Free.FreePages;
        for (int i = 0; i < 4000; i++)
        {
            frames.Allocator.AllocatePage(0, Migratetype.Movable);
            if (frames.Normal.Free.FreePages != free)
                refills.Add(free - frames.Normal.Free.FreePages);
            free = frames.Normal.Free.FreePages;
        }

        ulong batch = (ulong)Watermarks.PerCpuBatch(SmallMachine.NormalPages);
        Assert.Equal([batch, 2 * batch, 4 * batch, 8 * batch, 16 * batch, 32 * batch, 32 * batch], refills.Take(7));
    }

    [Fact]
    public void ListsNeverKeepMoreThanTheirLimit()
    {
        using var frames = new SmallMachine();
        uint[] pages = [.. Enumerable.Range(0, 30000).Select(_ => frames.Allocator.AllocatePage(0, Migratetype.Movable))];
        (_, int most) = Watermarks.PerCpuHigh(SmallMachine.NormalPages, frames.Normal.Watermarks.Low, cpus: 2);
        foreach (uint pfn in pages)
        {
            frames.Allocator.Free(0, pfn, 0);
            Assert.True(frames.Normal.CheckPerCpu() <= (ulong)most + 1);
        }

        frames.Allocator.CheckInvariants();
    }

    [Fact]
    public void PagesAreCountedInAndOut()
    {
        using var frames = new SmallMachine();
        uint page = frames.Allocate(0);
        uint block = frames.Allocate(9);
        uint odd = frames.Allocate(5);
        Assert.Equal(1UL + 512 + 32, frames.Stat[VmEvent.pgalloc_normal]);
        frames.Allocator.Free(0, page, 0);
        frames.Allocator.Free(0, block, 9);
        frames.Allocator.Free(0, odd, 5);
        Assert.Equal(1UL + 512 + 32, frames.Stat[VmEvent.pgfree]);
        frames.Drain();
        Assert.Equal(1024UL + 2048 + SmallMachine.NormalPages, frames.Stat[VmEvent.nr_free_pages]);
    }
}
