using Faultline.Shim.Tests.Support;
using Faultline.Shim.Tests.Twin;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Tests.Engine;

/// <summary>Arenas under the engine: how many there are, who inherits them, and that wrong use is found in them as in the main one.</summary>
public unsafe class ArenaTests
{
    [Theory]
    [InlineData(1u, "", 9)]
    [InlineData(2u, "", 16)]
    [InlineData(2u, "glibc.malloc.arena_max=1", 1)]
    [InlineData(2u, "glibc.malloc.arena_max=3", 3)]
    [InlineData(1u, "glibc.malloc.arena_test=12", 13)]
    public void ThereAreAsManyArenasAsGlibcWouldMake(uint cpus, string tunables, int arenas)
    {
        using var test = new TestEngine(tunables: tunables, cpus: cpus);
        using var threads = new TurnTaking(20);
        for (int thread = 1; thread <= 20; thread++)
            threads.Run(thread, () => test.Malloc(100));
        Assert.Equal(arenas, test.Engine.Malloc.ArenaCount);
        test.Snapshot();
    }

    [Fact]
    public void ThreadsThatFollowEachOtherNeedOneArena()
    {
        using var test = new TestEngine();
        for (int i = 0; i < 50; i++)
        {
            using var threads = new TurnTaking(1);
            threads.Run(1, () => test.Free(test.Malloc(100)));
        }

        Assert.Equal(2, test.Engine.Malloc.ArenaCount);
        // Caches of ended threads keep nothing: all is free but the main thread's own.
        SnapshotRecord snapshot = test.Snapshot();
        Assert.Equal(0UL, snapshot.LiveBlocks);
    }

    [Fact]
    public void ThreadsBeyondTheShardsShareTheLastOne()
    {
        const uint ManySites = 600_000;
        using var test = new TestEngine(sites: ManySites);
        Assert.Equal(4, SessionLayout.ShardCount(ManySites));
        using var threads = new TurnTaking(8);
        for (int round = 0; round < 100; round++)
            for (int thread = 1; thread <= 8; thread++)
                threads.Run(thread, () => test.Free(test.Malloc(100, 3), 4));
        Assert.Equal((800UL, 800UL, 80_000UL), (test.Site(3).Allocations, test.Site(3).Released, test.Site(3).RequestedBytes));
        Assert.Equal((800UL, 100UL), (test.Site(4).Calls, test.Site(3).PeakLiveBytes));
    }

    [Fact]
    public void WrongUseIsFoundInEveryArena()
    {
        using var test = new TestEngine();
        using var threads = new TurnTaking(2);
        byte* block = null;
        threads.Run(1, () =>
        {
            block = test.Malloc(100, 5);
            block[104] = 1;
            test.Free(block, 6);
            test.Free(block, 7);
        });
        // The other thread writes into the block that the first one's cache holds, which is seen when it is handed out again.
        threads.Run(2, () => block[3] = 9);
        threads.Run(1, () => test.Malloc(100, 8));
        Assert.Equal(
            [FindingKind.WritePastEnd, FindingKind.DoubleFree, FindingKind.WriteAfterFree],
            test.Findings.Select(finding => finding.Kind));
        Assert.All(test.Findings, finding => Assert.Equal(5u, finding.AllocationSite));
        Assert.Equal([6u, 7u, 8u], test.Findings.Select(finding => finding.DetectionSite));
    }

    [Fact]
    public void APageTouchedAfterItsHeapShrankIsFound()
    {
        using var test = new TestEngine();
        using var threads = new TurnTaking(1);
        threads.Run(1, () =>
        {
            byte* first = test.Malloc(120_000, 5);
            byte* second = test.Malloc(120_000, 5);
            byte* third = test.Malloc(120_000, 5);
            test.Free(third, 6);
            test.Free(second, 6);
            second[50_000] = 1;
            GC.KeepAlive((nint)first);
        });
        test.Snapshot();
        Assert.Contains(test.Findings, finding => finding.Kind == FindingKind.TouchOfFreedPage);
    }

    [Fact]
    public void OfTwoFreesAtTheSameTimeOneIsADoubleFree()
    {
        const int Rounds = 3000;
        using var test = new TestEngine();
        using var barrier = new Barrier(3);
        byte* block = null;
        void Free()
        {
            for (int i = 0; i < Rounds; i++)
            {
                barrier.SignalAndWait();
                test.Free(block);
                barrier.SignalAndWait();
            }
        }

        Thread[] threads = [new Thread(Free), new Thread(Free)];
        Array.ForEach(threads, thread => thread.Start());
        for (int i = 0; i < Rounds; i++)
        {
            block = test.Malloc((nuint)(20 + i % 300));
            barrier.SignalAndWait();
            barrier.SignalAndWait();
        }

        Array.ForEach(threads, thread => thread.Join());
        Assert.Equal((ulong)Rounds, test.Site(1).Released);
        Assert.Equal((ulong)Rounds, test.Findings.Where(finding => finding.Kind == FindingKind.DoubleFree).Aggregate(0UL, (sum, finding) => sum + finding.Occurrences));
        Assert.Equal(0UL, test.Snapshot().LiveBlocks);
    }
}
