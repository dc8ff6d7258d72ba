using Faultline.Shim.Tests.Support;
using Faultline.Shim.Tests.Twin;
using Faultline.TestSupport;
using Xunit.Abstractions;

namespace Faultline.Shim.Tests.Engine;

/// <summary>
/// Several threads, in a fixed order, on the real glibc and kernel and on an engine: each step takes the same faults, and each block lies
/// at the same place of the same heap. The main thread stands by: the real one's heap holds what starting threads took.
/// </summary>
public class ThreadTwinTests(ITestOutputHelper output)
{
    [RealLibcFact]
    public void EachThreadHasAnArenaOfItsOwn()
    {
        var script = new TwinScript();
        for (int round = 0; round < 40; round++)
        {
            for (int thread = 1; thread <= 4; thread++)
            {
                int block = script.On(thread).Malloc((ulong)(30 + 1000 * round));
                script.Write(block, 0, (ulong)(30 + 1000 * round));
                if (round % 3 == 0)
                    script.Free(block);
            }
        }

        AssertSame(script);
    }

    [RealLibcFact]
    public void BlocksFreedByAnotherThreadGoToItsCacheFirst()
    {
        var script = new TwinScript();
        int[] blocks = [.. Enumerable.Range(0, 30).Select(_ => script.On(1).Malloc(200))];
        foreach (int block in blocks)
            script.On(2).Free(block);
        for (int i = 0; i < 30; i++)
            script.On(1 + i % 2).Write(script.Malloc(200), 0, 200);
        AssertSame(script);
    }

    [RealLibcFact]
    public void AnEndedThreadsArenaGoesToTheNext()
    {
        var script = new TwinScript();
        int[] blocks = [.. Enumerable.Range(0, 12).Select(i => script.On(1).Malloc((ulong)(100 + 50 * i)))];
        foreach (int block in blocks)
            script.Free(block);
        script.On(2).Malloc(64);
        script.On(1).End();
        for (int i = 0; i < 12; i++)
            script.On(3).Write(script.Malloc((ulong)(100 + 50 * i)), 0, 100);
        script.On(2).End();
        script.On(4).Write(script.Calloc(5000), 0, 5000);
        AssertSame(script);
    }

    [RealLibcFact]
    public void BeyondOneHeapThereIsASecond()
    {
        // Below the threshold a block stays in the arena; 64 MiB are full after 671 of these.
        var script = new TwinScript().On(1);
        int[] blocks = [.. Enumerable.Range(0, 700).Select(_ => script.Malloc(100_000))];
        script.Write(blocks[^1], 0, 100_000);
        foreach (int block in blocks.Reverse())
            script.Free(block);
        script.Write(script.Malloc(100_000), 0, 100_000);
        AssertSame(script);
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 12)];

    [RealLibcTheory]
    [MemberData(nameof(Seeds))]
    public void RandomPrograms(int seed)
    {
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var script = new TwinScript();
        var live = new List<(int Block, ulong Size)>();
        for (int step = 0; step < 250; step++)
        {
            script.On(1 + random.Next(4));
            int choice = random.Next(10);
            if (live.Count > 0 && choice < 4)
            {
                int index = random.Next(live.Count);
                script.Free(live[index].Block);
                live.RemoveAt(index);
                continue;
            }

            ulong size = random.Next(6) == 0 ? (ulong)random.Next(20_000, 400_000) : (ulong)random.Next(1, random.Next(2) == 0 ? 300 : 5000);
            live.Add(Allocate(script, random, live, choice, size));
            script.Write(live[^1].Block, 0, (ulong)random.NextInt64((long)size + 1));
        }

        AssertSame(script);
    }

    /// <summary>A new block, or one of the live ones resized.</summary>
    private static (int Block, ulong Size) Allocate(TwinScript script, Random random, List<(int Block, ulong Size)> live, int choice, ulong size)
    {
        if (live.Count == 0 || choice != 4)
            return (choice == 5 ? script.Calloc(size) : choice == 6 ? script.Memalign(size, 1UL << random.Next(5, 13)) : script.Malloc(size), size);
        int index = random.Next(live.Count);
        int block = live[index].Block;
        live.RemoveAt(index);
        script.Realloc(block, size);
        return (block, size);
    }

    private static void AssertSame(TwinScript script)
    {
        IReadOnlyList<TwinStep> real = script.RunRealSteps();
        using var test = new TestEngine();
        IReadOnlyList<TwinStep> simulated = script.RunSimulatedSteps(test);
        string[] lines = script.ToString().Split('\n');
        for (int i = 0; i < real.Count; i++)
            Assert.True(real[i] == simulated[i], $"step {i}, {lines[i]}: real {real[i]}, simulated {simulated[i]}");
    }
}
