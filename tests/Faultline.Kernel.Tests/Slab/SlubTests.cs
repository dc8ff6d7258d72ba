namespace Faultline.Kernel.Tests;

public sealed class SlubTests
{
    /// <summary>What slabs are for: small objects share pages.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(21)]
    [InlineData(1000)]
    [InlineData(12345)]
    public void ManyObjectsOf200BytesTakeAFractionOfAPageEach(int count)
    {
        using var bench = new CacheBench(200);
        bench.Take(count);
        Assert.Equal((ulong)((count + 19) / 20), bench.Cache.Pages);
        Assert.Equal(bench.Cache.Pages, bench.Machine.Stat[VmEvent.nr_slab_unreclaimable]);
        Assert.Equal((ulong)count, bench.Cache.ObjectsInUse);
    }

    [Fact]
    public void TheObjectFreedLastIsTakenFirst()
    {
        using var bench = new CacheBench(200);
        ulong[] taken = bench.Take(10);
        Assert.Equal(taken[0] + 200, taken[1]);
        bench.Give([taken[3], taken[7]]);
        Assert.Equal([taken[7], taken[3]], bench.Take(2));
    }

    [Fact]
    public void ReclaimableObjectsLieInPageblocksOfTheirOwn()
    {
        using var bench = new CacheBench(192, SlabFlags.ReclaimAccount);
        uint frame = (uint)(bench.Take(1)[0] >> PageSize.Shift);
        Assert.Equal(Migratetype.Reclaimable, bench.Machine.Allocator.Pageblocks.TypeOf(frame));
        Assert.Equal(1UL, bench.Machine.Stat[VmEvent.nr_slab_reclaimable]);
        Assert.Equal(0UL, bench.Machine.Stat[VmEvent.nr_slab_unreclaimable]);
    }

    /// <summary>20 objects a slab: a processor keeps 12 slabs on its list, the node 5 empty ones.</summary>
    [Fact]
    public void EmptySlabsGoBackExceptThoseThatAreKept()
    {
        using var bench = new CacheBench(200);
        ulong[] taken = bench.Take(100 * 20);
        Assert.Equal(12, bench.Cache.Geometry.CpuPartialSlabs);
        bench.Give(taken);
        Assert.Equal(0UL, bench.Cache.ObjectsInUse);
        Assert.InRange(bench.Cache.Pages, 5UL, 18UL);
        Assert.Equal(5UL, bench.Cache.PartialSlabs);
        ulong kept = bench.Cache.Pages;
        Assert.Equal(kept, bench.Cache.Shrink(0));
        bench.Cache.CheckInvariants();
        Assert.Equal(0UL, bench.Machine.Stat[VmEvent.nr_slab_unreclaimable]);
    }

    /// <summary>One object left in each slab holds all of their memory: internal fragmentation.</summary>
    [Fact]
    public void OneObjectHoldsAWholeSlab()
    {
        using var bench = new CacheBench(200);
        ulong[] taken = bench.Take(100 * 20);
        bench.Give(taken.Where((_, index) => index % 20 != 0));
        Assert.Equal(0UL, bench.Cache.Shrink(0));
        Assert.Equal((100UL, 100UL), (bench.Cache.Pages, bench.Cache.ObjectsInUse));
        bench.Take(1900);
        Assert.Equal(100UL, bench.Cache.Pages);
        bench.Cache.CheckInvariants();
    }

    [Fact]
    public void WhatAnotherProcessorFreesComesBackToTheSlabsOwner()
    {
        using var bench = new CacheBench(200);
        ulong[] here = bench.Take(5, cpu: 0);
        ulong there = bench.Take(1, cpu: 1)[0];
        Assert.NotEqual(here[0] >> PageSize.Shift, there >> PageSize.Shift);
        bench.Give(here, cpu: 1);
        Assert.Equal(2UL, bench.Cache.Pages);
        ulong[] again = bench.Take(20, cpu: 0);
        Assert.Subset(again.ToHashSet(), here.ToHashSet());
        Assert.Equal(2UL, bench.Cache.Pages);
        bench.Cache.CheckInvariants();
    }

    [Fact]
    public void AFullListOfAProcessorGoesToTheNode()
    {
        using var bench = new CacheBench(200);
        ulong[] taken = bench.Take(30 * 20);
        ulong[] oneOfEach = [.. taken.Where((_, index) => index % 20 == 0)];
        bench.Give(oneOfEach.Take(12));
        Assert.Equal(0UL, bench.Cache.PartialSlabs);
        bench.Give(oneOfEach.Skip(12).Take(1));
        Assert.Equal(12UL, bench.Cache.PartialSlabs);
        Assert.Equal(12UL, bench.Cache.FreeOnNode());
        bench.Take(2);
        Assert.Equal(4UL, bench.Cache.PartialSlabs);
        bench.Cache.CheckInvariants();
    }

    [Fact]
    public void ScatteredMemoryIsUsedInSmallerSlabs()
    {
        using SmallMachine machine = new SmallMachine(normalPages: 8192).WithoutWatermarks();
        var pages = new List<uint>();
        while (machine.Allocate(0) is var pfn and not FrameAllocator.None)
            pages.Add(pfn);
        foreach (uint pfn in pages.Where(pfn => pfn % 2 == 0))
            machine.Allocator.Free(0, pfn, 0);
        using var bench = new CacheBench(1024, machine: machine);
        Assert.Equal((2, 16, 0, 4), (bench.Cache.Geometry.Order, bench.Cache.Geometry.Objects, bench.Cache.Geometry.MinOrder, bench.Cache.Geometry.MinObjects));
        ulong[] taken = bench.Take(40);
        Assert.Equal(10UL, bench.Cache.Pages);
        bench.Give(taken);
        machine.Allocator.CheckInvariants();
    }

    [Fact]
    public void WhatIsNoObjectInUseIsRefused()
    {
        using var bench = new CacheBench(200);
        ulong[] taken = bench.Take(2);
        bench.Give([taken[0]]);
        Assert.Throws<InvalidOperationException>(() => bench.Cache.Free(0, taken[0]));
        Assert.Throws<InvalidOperationException>(() => bench.Cache.Free(0, taken[1] + 8));
        Assert.Throws<InvalidOperationException>(() => bench.Cache.Free(0, 77UL << PageSize.Shift));
        bench.Cache.CheckInvariants();
    }

    [Fact]
    public void AnObjectCanBePromisedBeforeItIsTaken()
    {
        using SmallMachine machine = new SmallMachine(normalPages: 8192).WithoutWatermarks();
        using var bench = new CacheBench(200, machine: machine);
        bench.Take(19);
        Assert.True(bench.Cache.Ensure(0, 3));
        Assert.Equal(2UL, bench.Cache.Pages);
        while (machine.Allocate(0) != FrameAllocator.None)
        {
        }

        bench.Take(21);
        Assert.False(bench.Cache.Ensure(0, 1));
        Assert.Equal(0UL, bench.Cache.Allocate(0));
        bench.Cache.CheckInvariants();
    }

    [Fact]
    public void LargeKmallocsAreBlocksOfPages()
    {
        using var machine = new Machine(new MachineOptions { RamBytes = 1UL << 30 });
        ulong before = machine.Stat[VmEvent.nr_slab_unreclaimable];
        ulong address = machine.Caches.Kmalloc.Allocate(0, 9000);
        Assert.Equal(before + 4, machine.Stat[VmEvent.nr_slab_unreclaimable]);
        machine.CheckInvariants();
        machine.Caches.Kmalloc.Free(0, address, 9000);
        Assert.Equal(before, machine.Stat[VmEvent.nr_slab_unreclaimable]);
        Assert.Throws<ArgumentException>(() => machine.Caches.Kmalloc.Allocate(0, (4u << 20) + 1));
    }
}
