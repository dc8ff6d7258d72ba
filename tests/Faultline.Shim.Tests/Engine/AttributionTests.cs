using Faultline.Shim.Tests.Support;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Tests.Engine;

/// <summary>Which site pays for which page; and that the sums hold.</summary>
public unsafe class AttributionTests
{
    [Fact]
    public void TheFirstBlockOnAPagePays()
    {
        using var test = new TestEngine();
        // The allocator's own cache block takes the heap's first page; the first block there pays for it.
        test.Malloc(1000, site: 1);
        test.Malloc(1000, site: 2);
        byte* third = test.Malloc(3000, site: 3);
        TestEngine.WritePages(third, 3000);
        test.Snapshot();
        Assert.Equal((1UL, 0UL, 1UL), (test.Site(1).MinorFaults, test.Site(2).MinorFaults, test.Site(3).MinorFaults));
        Assert.Equal((1UL, 0UL, 1UL), (test.Site(1).ResidentPages, test.Site(2).ResidentPages, test.Site(3).ResidentPages));
    }

    [Fact]
    public void AHeadersFaultMovesToTheFirstBlockPlacedOnItsPage()
    {
        using var test = new TestEngine();
        byte* hole = test.Malloc(40_000, site: 1);
        test.Malloc(40, site: 9);
        test.Free(hole);
        // Cut so that the remainder's links are the first words of a page that nobody has touched.
        byte* low = test.Malloc(3 * 4096 - 0x2a0 - 8, site: 2);
        Assert.Equal((nint)hole, (nint)low);
        Assert.Equal(1UL, test.Snapshot().AllocatorFaults);
        ulong before = test.Faults;
        byte* next = test.Malloc(2000, site: 3);
        Assert.Equal(0, (nint)next & 4095);
        Assert.Equal(0UL, test.Snapshot().AllocatorFaults);
        Assert.Equal((before, 1UL), (test.Faults, test.Site(3).MinorFaults));
    }

    [Fact]
    public void APageThatNobodyTouchedIsFreeForTheNextBlock()
    {
        using var test = new TestEngine();
        byte* first = test.Malloc(100_000, site: 1);
        test.Malloc(40, site: 9);
        test.Free(first);
        byte* second = test.Malloc(100_000, site: 2);
        Assert.Equal((nint)first, (nint)second);
        TestEngine.WritePages(second, 100_000);
        test.Snapshot();
        // The first page has the header of both, and the last one the header of the block behind.
        Assert.Equal(23UL, test.Site(2).MinorFaults);
        Assert.Equal(2UL, test.Site(1).MinorFaults);
    }

    [Fact]
    public void APageThatWasTouchedStaysTheFirstBlocks()
    {
        using var test = new TestEngine();
        byte* first = test.Malloc(100_000, site: 1);
        test.Malloc(40, site: 9);
        TestEngine.WritePages(first, 100_000);
        test.Free(first);
        byte* second = test.Malloc(100_000, site: 2);
        TestEngine.WritePages(second, 100_000);
        test.Snapshot();
        Assert.Equal((25UL, 0UL), (test.Site(1).MinorFaults, test.Site(2).MinorFaults));
    }

    [Fact]
    public void AMappingIsPaidByItsBlockAndAfterReallocByTheNewSite()
    {
        using var test = new TestEngine();
        byte* block = test.Malloc(1 << 20, site: 1);
        TestEngine.WritePages(block, 100 * 4096);
        test.Snapshot();
        Assert.Equal(100UL + 1, test.Site(1).MinorFaults + test.Site(9).MinorFaults);
        block = test.Realloc(block, 2 << 20, site: 2);
        TestEngine.WritePages(block, 2 << 20);
        SnapshotRecord snapshot = test.Snapshot();
        Assert.Equal(513UL - 101, test.Site(2).MinorFaults);
        Assert.Equal(513UL, test.Site(2).ResidentPages);
        Assert.Equal(snapshot.MappedResidentPages, test.Site(2).ResidentPages);
        Assert.Equal((1UL, 1UL, 1UL, 0UL), (test.Site(1).Released, test.Site(2).Allocations, test.Site(2).MappedAllocations, test.Site(2).Released));
        test.Free(block);
        test.Snapshot();
        Assert.Equal(0UL, test.Site(2).ResidentPages);
    }

    [Fact]
    public void CountersOfASite()
    {
        using var test = new TestEngine();
        byte* a = test.Malloc(100, site: 1);
        byte* b = test.Malloc(200, site: 1);
        test.Free(a, site: 2);
        byte* c = test.Malloc(50, site: 1);
        b = test.Realloc(b, 5000, site: 3);
        SiteCounters one = test.Site(1);
        Assert.Equal((3UL, 3UL, 2UL), (one.Calls, one.Allocations, one.Released));
        Assert.Equal((350UL, 300UL, 300UL), (one.RequestedBytes, one.ReleasedRequestedBytes, one.PeakLiveBytes));
        Assert.Equal((104UL + 200 + 56, 104UL + 200), (one.UsableBytes, one.ReleasedUsableBytes));
        SiteCounters three = test.Site(3);
        Assert.Equal((1UL, 1UL, 1UL, 0UL), (three.Calls, three.Allocations, three.Moves, three.Released));
        Assert.Equal(1UL, test.Site(2).Calls);
        Assert.Equal(5UL, SessionCounters.ReadHeader(test.Tool).EventCount);
        LiveBlock[] live = [.. SessionBlocks.Live(test.Tool).OrderBy(block => block.RequestedBytes)];
        Assert.Equal([new((ulong)c, 50, 1, 5), new((ulong)b, 5000, 3, 5)], live);
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(100, 12)];

    /// <summary>Whatever a program does, the sums hold after each step, and counters and tags agree with the test's own books.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void TheBooksAgreeAfterEachStep(int seed)
    {
        using var test = new TestEngine(seed % 2 == 0 ? ObserverRequest.Best : ObserverRequest.Assume);
        var random = new Random(seed);
        var live = new Dictionary<nint, (nuint Size, int Site)>();
        for (int step = 0; step < 500; step++)
        {
            int site = random.Next(1, 30);
            nuint size = (nuint)Math.Exp(random.NextDouble() * (random.Next(20) == 0 ? 15 : 10));
            nint victim = live.Count == 0 ? 0 : live.Keys.ElementAt(random.Next(live.Count));
            byte* block = null;
            switch (random.Next(5))
            {
                case 0 or 1 when victim != 0:
                    test.Free((void*)victim, site);
                    live.Remove(victim);
                    break;
                case 2 when victim != 0:
                    block = test.Realloc((void*)victim, size, site);
                    live.Remove(victim);
                    break;
                case 3:
                    block = test.Calloc(size, site);
                    break;
                default:
                    block = random.Next(3) == 0 ? test.Memalign((nuint)1 << random.Next(5, 14), size, site) : test.Malloc(size, site);
                    break;
            }

            if (block != null)
            {
                live.Add((nint)block, (size, site));
                if (random.Next(2) == 0)
                    TestEngine.WritePages(block, (nuint)random.NextInt64(1, (long)size + 1));
            }

            if (random.Next(25) == 0)
                test.Snapshot();
            test.Engine.CheckInvariants();
        }

        SnapshotRecord snapshot = test.Snapshot(SnapshotReason.Exit);
        Assert.Empty(test.Findings);
        Assert.Equal((ulong)live.Count, snapshot.LiveBlocks);
        Assert.Equal((ulong)live.Values.Sum(block => (long)block.Size), snapshot.LiveRequestedBytes);
        Assert.Equal(
            live.Select(pair => ((ulong)pair.Key, (ulong)pair.Value.Size, (uint)pair.Value.Site)).Order(),
            SessionBlocks.Live(test.Tool).Select(block => (block.Address, block.RequestedBytes, block.AllocationSite)).Order());
        Assert.Equal(snapshot.ResidentPages, snapshot.HeapResidentPages + snapshot.MappedResidentPages);
    }

    [Fact]
    public void ThePeakCountsWhatWasResidentAtTheSameTime()
    {
        using var test = new TestEngine();
        nuint size = 40 << 20;
        byte*[] blocks = new byte*[5];
        for (int i = 0; i < blocks.Length; i++)
            TestEngine.WritePages(blocks[i] = test.Malloc(size), size);
        foreach (byte* block in blocks)
            test.Free(block);
        SnapshotRecord snapshot = test.Snapshot();
        Assert.InRange(snapshot.PeakResidentPages, 5UL * 10241, 5UL * 10241 + 2);
        Assert.Equal(1UL, snapshot.ResidentPages);
    }

    [Fact]
    public void HugePagesAreSimulatedAndPaidForLikeOthers()
    {
        using var test = new TestEngine(thp: 2);
        byte* block = test.Malloc(64 << 20, site: 1);
        byte* small = test.Malloc(100_000, site: 2);
        TestEngine.WritePages(block, 64 << 20);
        TestEngine.WritePages(small, 100_000);
        SnapshotRecord snapshot = test.Snapshot();
        // 31 aligned extents of 2 MiB, and the rest of the mapping in small pages.
        Assert.InRange(test.Site(1).MinorFaults, 32UL, 31UL + 513);
        Assert.Equal(16385UL, test.Site(1).ResidentPages);
        Assert.Equal(snapshot.ResidentPages, snapshot.HeapResidentPages + snapshot.MappedResidentPages);
        test.Free(block);
        test.Free(small);
        Assert.Equal(0UL, test.Snapshot().MappedResidentPages);
    }

    [Fact]
    public void ASnapshotShowsTheZones()
    {
        using var test = new TestEngine();
        SnapshotRecord snapshot = test.Snapshot();
        ulong managed = 0;
        ulong free = 0;
        for (int zone = 0; zone < SnapshotRecord.Zones; zone++)
        {
            managed += snapshot.ManagedPages[zone];
            for (int order = 0; order < SnapshotRecord.Orders; order++)
                free += snapshot.FreeBlocks[zone * SnapshotRecord.Orders + order] << order;
        }

        Assert.Equal(test.Engine.Watched.Process.Machine.ManagedPages.Value, managed);
        Assert.InRange(free, managed - 100_000, managed);
    }

    [Fact]
    public void FragmentationOfAHeapThatASmallBlockPins()
    {
        using var test = new TestEngine();
        byte*[] blocks = new byte*[100];
        for (int i = 0; i < blocks.Length; i++)
        {
            blocks[i] = test.Malloc(2000);
            test.Malloc(24);
        }

        SnapshotRecord full = test.Snapshot();
        Assert.Equal((200UL, 202_400UL), (full.LiveBlocks, full.LiveRequestedBytes));
        // At most the page where top begins.
        Assert.InRange(full.StrandedPages, 0UL, 1UL);
        foreach (byte* block in blocks)
            test.Free(block);
        SnapshotRecord pinned = test.Snapshot();
        Assert.Equal(100UL, pinned.LiveBlocks);
        Assert.InRange(pinned.StrandedPages, 48UL, 51UL);
        Assert.InRange(pinned.FreeBytes - pinned.KeepCost, 100UL * 2000, 100UL * 2016);
        Assert.Equal(pinned.KeepCost, pinned.LargestFreeBytes);
        Assert.Equal(full.HeapResidentPages, pinned.HeapResidentPages);
    }
}
