using Faultline.Api;
using Faultline.Shim.Tests.Support;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Tests.Engine;

/// <summary>Sixteen threads at once: no block overlaps another, contents stay, counts add up.</summary>
public unsafe class ThreadTests
{
    private const int Threads = 16;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void BlocksKeepTheirContents(int seed)
    {
        using var test = new TestEngine();
        const int Steps = 4000;
        string? failure = null;
        // Blocks also change hands: what one thread allocates another frees.
        var exchange = new nint[64];
        Run(thread =>
        {
            var random = new Random(seed * 1000 + thread);
            for (int step = 0; step < Steps && failure == null; step++)
            {
                Block* block = Allocate(test, random, thread);
                if (random.Next(3) == 0)
                    block = Resize(test, block, random, ref failure);
                Block* taken = (Block*)Interlocked.Exchange(ref exchange[random.Next(exchange.Length)], (nint)block);
                if (taken != null)
                    Release(test, taken, ref failure);
                if (step % 500 == 0)
                    test.Engine.TakeSnapshot(SnapshotReason.Periodic);
            }
        });
        foreach (nint block in exchange)
            if (block != 0)
                Release(test, (Block*)block, ref failure);
        Assert.Null(failure);
        SnapshotRecord snapshot = test.Snapshot(SnapshotReason.Exit);
        Assert.Equal(0UL, snapshot.LiveBlocks);
        AssertNoFindings(test);
        SiteCounters[] sites = [.. Enumerable.Range(1, Threads).Select(test.Site)];
        Assert.Equal((ulong)(Threads * Steps), sites.Aggregate(0UL, (sum, site) => sum + site.Calls));
        Assert.Equal(SessionCounters.ReadHeader(test.Tool).EventCount, Enumerable.Range(0, 60).Aggregate(0UL, (sum, site) => sum + test.Site(site).Calls));
    }

    [Fact]
    public void FinalizersMayFree()
    {
        using var test = new TestEngine();
        Run(thread =>
        {
            for (int i = 0; i < 500; i++)
            {
                GC.KeepAlive(new Owner(test, thread));
                if (i % 100 == 0)
                    GC.Collect(0);
            }
        });
        GC.Collect();
        GC.WaitForPendingFinalizers();
        test.Snapshot();
        Assert.Equal((ulong)(Threads * 500), test.Site(1).Allocations + test.Site(2).Allocations);
        Assert.InRange(test.Site(1).Released + test.Site(2).Released, (ulong)(Threads * 500 - 100), (ulong)(Threads * 500));
        AssertNoFindings(test);
        GC.KeepAlive(test);
    }

    [Fact]
    public void AnInterruptedThreadDoesNotThrowOutOfAllocate()
    {
        using var test = new TestEngine();
        Exception? thrown = null;
        bool stop = false;
        void Work()
        {
            try
            {
                while (!Volatile.Read(ref stop))
                    test.Free(test.Malloc(500));
            }
            catch (Exception e)
            {
                thrown = e;
            }
        }

        Thread[] threads = [.. Enumerable.Range(0, 4).Select(_ => new Thread(Work))];
        Array.ForEach(threads, thread => thread.Start());
        for (int i = 0; i < 200; i++)
        {
            foreach (Thread thread in threads)
                thread.Interrupt();
            test.Engine.TakeSnapshot(SnapshotReason.Periodic);
        }

        stop = true;
        Array.ForEach(threads, thread => thread.Join());
        Assert.Null(thrown);
    }

    private static void AssertNoFindings(TestEngine test)
        => Assert.True(test.Findings.Count == 0, string.Join("\n", test.Findings.Select(finding
            => $"{finding.Occurrences} times {finding.Kind} at {finding.DetectionSite}: 0x{finding.Address:x}, {finding.Amount}; block 0x{finding.BlockAddress:x} of {finding.BlockBytes} from {finding.AllocationSite}, freed at {finding.ReleaseSite}")));

    /// <summary>A block starts with its size and a seed; the rest is a pattern of both.</summary>
    private struct Block
    {
        public int Size;
        public int Seed;
    }

    private static Block* Allocate(TestEngine test, Random random, int thread)
    {
        int size = random.Next(50) == 0 ? random.Next(100_000, 600_000) : (int)Math.Exp(2.1 + random.NextDouble() * 6);
        size = Math.Max(size, sizeof(Block));
        var block = (Block*)(random.Next(4) == 0 ? test.Calloc((nuint)size, 1 + thread) : test.Malloc((nuint)size, 1 + thread));
        Fill(block, size, random.Next());
        return block;
    }

    private static Block* Resize(TestEngine test, Block* block, Random random, ref string? failure)
    {
        Check(block, block->Size, ref failure);
        int old = block->Size;
        int size = random.Next(sizeof(Block), 5000);
        block = (Block*)test.Realloc(block, (nuint)size, 50);
        int kept = Math.Min(old, size);
        Check(block, kept, ref failure);
        Fill(block, size, random.Next());
        return block;
    }

    private static void Release(TestEngine test, Block* block, ref string? failure)
    {
        Check(block, block->Size, ref failure);
        test.Free(block, 51);
    }

    private static void Fill(Block* block, int size, int seed)
    {
        *block = new Block { Size = size, Seed = seed };
        for (int i = sizeof(Block); i < size; i++)
            ((byte*)block)[i] = (byte)(seed + i * 7);
    }

    private static void Check(Block* block, int length, ref string? failure)
    {
        for (int i = sizeof(Block); i < length; i++)
        {
            if (((byte*)block)[i] == (byte)(block->Seed + i * 7))
                continue;
            failure ??= $"byte {i} of the block of {block->Size} bytes at 0x{(ulong)block:x} was overwritten";
            return;
        }
    }

    private static void Run(Action<int> work)
    {
        Exception? thrown = null;
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(i => new Thread(() =>
        {
            try
            {
                work(i);
            }
            catch (Exception e)
            {
                thrown = e;
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Assert.Null(thrown);
    }

    private sealed class Owner(TestEngine test, int thread)
    {
        private readonly void* _block = test.Engine.Allocate(128, 128, AllocationFamily.NativeMemory, 1 + thread % 2);

        ~Owner() => test.Engine.Free(_block, AllocationFamily.NativeMemory, 9);
    }
}
