using Faultline.Shim.Tests.Support;
using Faultline.Shim.Tests.Twin;
using Faultline.TestSupport;
using Faultline.Tracing.Session;
using Xunit.Abstractions;

namespace Faultline.Shim.Tests.Engine;

/// <summary>
/// The simulated process takes the faults that a real one takes: the same script on the real glibc and kernel, in a fresh
/// process, and on an engine whose blocks the test touches. Difference 0, whether it is watched often or only at the end.
/// </summary>
public class FaultTwinTests(ITestOutputHelper output)
{
    private const ulong KiB = 1024;
    private const ulong MiB = 1024 * KiB;

    [RealLibcFact]
    public void WrittenPages()
    {
        var script = new TwinScript();
        int block = script.Malloc(10 * MiB);
        script.Write(block, 0, 10 * MiB);
        int small = script.Malloc(100 * KiB);
        script.Write(small, 0, 100 * KiB);
        AssertSame(script);
    }

    [RealLibcFact]
    public void PagesOnlyRead()
    {
        var script = new TwinScript();
        int block = script.Malloc(10 * MiB);
        script.Read(block, 0, 5 * MiB);
        int small = script.Malloc(100 * KiB);
        script.Read(small, 0, 50 * KiB);
        AssertSame(script);
    }

    [RealLibcFact]
    public void ZeroedBlockOfWhichOnePageIsTouched()
    {
        var script = new TwinScript();
        script.Write(script.Calloc(64 * MiB), 10 * MiB, 1);
        AssertSame(script);
    }

    [RealLibcFact]
    public void ABlockOf1MiBFreedAndAllocated100Times() => AssertSame(Churn(1 * MiB));

    [RealLibcFact]
    public void ABlockOf40MiBFreedAndAllocated100Times() => AssertSame(Churn(40 * MiB), watchOften: false);

    [RealLibcFact]
    public void AReallocThatGrowsFrom1KiBTo64MiB()
    {
        var script = new TwinScript();
        int block = script.Malloc(1 * KiB);
        script.Write(block, 0, 1 * KiB);
        for (ulong size = 2 * KiB; size <= 64 * MiB; size *= 2)
        {
            script.Realloc(block, size);
            script.Write(block, size / 2, size / 2);
        }

        script.Free(block);
        AssertSame(script);
    }

    [RealLibcFact]
    public void AReallocThatGrowsOverPagesOnlyReadOrUntouched()
    {
        var script = new TwinScript();
        int block = script.Malloc(1 * KiB);
        for (ulong size = 3 * KiB; size <= 40 * MiB; size = size * 3 / 2)
        {
            script.Realloc(block, size);
            script.Read(block, size / 2, size / 8);
            script.Write(block, size - size / 8, size / 8);
        }

        script.Realloc(block, 10 * KiB);
        script.Realloc(block, 5 * MiB);
        script.Write(block, 0, 5 * MiB);
        AssertSame(script);
    }

    [RealLibcFact]
    public void UntouchedBlocksFreed()
    {
        var script = new TwinScript();
        int[] blocks = [.. Enumerable.Range(0, 40).Select(i => script.Malloc((ulong)(i % 2 == 0 ? 4080 : 900 + 100 * i)))];
        foreach (int block in blocks)
            script.Free(block);
        for (int i = 0; i < 10; i++)
            script.Malloc(20 * KiB);
        AssertSame(script);
    }

    [RealLibcFact]
    public void AlignedBlocks()
    {
        var script = new TwinScript();
        for (ulong alignment = 32; alignment <= 4096; alignment *= 2)
        {
            int block = script.Memalign(3 * alignment, alignment);
            script.Write(block, alignment, alignment);
            script.Write(script.Memalign(300 * KiB, alignment), 0, 300 * KiB);
            script.Free(block);
        }

        AssertSame(script);
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 30)];

    [RealLibcTheory]
    [MemberData(nameof(Seeds))]
    public void RandomPrograms(int seed)
    {
        output.WriteLine($"seed {seed}");
        AssertSame(Random(seed), watchOften: seed % 3 == 0);
    }

    private static TwinScript Churn(ulong size)
    {
        var script = new TwinScript();
        for (int i = 0; i < 100; i++)
        {
            int block = script.Malloc(size);
            script.Write(block, 0, size);
            script.Free(block);
        }

        return script;
    }

    /// <summary>Each part of a block is either written or read but not first read and then written: that one order is not seen between two looks.</summary>
    private static TwinScript Random(int seed)
    {
        var random = new Random(seed);
        var script = new TwinScript();
        var live = new List<(int Block, ulong Size)>();
        for (int step = 0; step < 400; step++)
        {
            int choice = random.Next(10);
            if (live.Count > 0 && choice < 4)
            {
                int index = random.Next(live.Count);
                script.Free(live[index].Block);
                live.RemoveAt(index);
                continue;
            }

            ulong size = Size(random);
            int block;
            if (live.Count > 0 && choice == 4)
            {
                int index = random.Next(live.Count);
                block = live[index].Block;
                script.Realloc(block, size);
                live[index] = (block, size);
            }
            else
            {
                block = choice == 5 ? script.Calloc(size) : choice == 6 ? script.Memalign(size, 1UL << random.Next(5, 13)) : script.Malloc(size);
                live.Add((block, size));
            }

            ulong part = (ulong)random.NextInt64((long)size + 1);
            script.Write(block, 0, part / 2);
            if (choice % 2 == 0)
                script.Write(block, size - part / 2, part / 2);
        }

        return script;
    }

    private static ulong Size(Random random) => random.Next(8) switch
    {
        0 => (ulong)random.Next(1, 64),
        1 or 2 => (ulong)random.Next(64, 2000),
        3 or 4 => (ulong)random.Next(2000, 40_000),
        5 => (ulong)random.Next(40_000, 200_000),
        6 => (ulong)random.Next(100_000, 1_000_000),
        _ => (ulong)random.Next(1000, 5_000_000),
    };

    private static void AssertSame(TwinScript script, bool watchOften = true)
    {
        ulong real = script.RunReal();
        Assert.NotEqual(0UL, real);
        using (var test = new TestEngine())
            Assert.Equal(real, script.RunSimulated(test, watchOften: false));
        if (!watchOften)
            return;
        using (var test = new TestEngine())
            Assert.Equal(real, script.RunSimulated(test, watchOften: true));
        using (var test = new TestEngine(ObserverRequest.Pagemap))
            Assert.Equal(real, script.RunSimulated(test, watchOften: false));
    }
}
