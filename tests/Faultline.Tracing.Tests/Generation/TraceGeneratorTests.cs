using System.Text;
using Faultline.Tracing.Generation;
using Faultline.Tracing.Text;

namespace Faultline.Tracing.Tests.Generation;

/// <summary>Generated traces are valid, repeat with their seed, and reach what their profile is for.</summary>
public class TraceGeneratorTests
{
    private const int Operations = 3000;

    public static TheoryData<string, ulong> Cases
    {
        get
        {
            TheoryData<string, ulong> cases = [];
            foreach (TraceProfile profile in TraceProfile.All)
                for (ulong seed = 1; seed <= 5; seed++)
                    cases.Add(profile.Name, seed);
            return cases;
        }
    }

    /// <summary>The reader refuses any trace that uses a block or thread that is not there; the seed is in the test's name.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void A_generated_trace_is_valid_and_survives_writing_and_reading(string profile, ulong seed)
    {
        TextTrace trace = Generate(profile, seed);
        Assert.Equal(Operations, trace.Operations.Length);
        TextTrace read = Read(Write(trace));
        Assert.Equal(trace.Operations, read.Operations);
        Assert.Equal((trace.Tunables, trace.BrkLimit, trace.IsMultiThreaded, trace.LastThread), (read.Tunables, read.BrkLimit, read.IsMultiThreaded, read.LastThread));
        Assert.True(read.BlockCount <= trace.BlockCount);
    }

    [Fact]
    public void A_seed_gives_one_trace()
    {
        foreach (TraceProfile profile in TraceProfile.All)
        {
            string first = Write(Generate(profile.Name, 42));
            Assert.Equal(first, Write(Generate(profile.Name, 42)));
            Assert.NotEqual(first, Write(Generate(profile.Name, 43)));
        }
    }

    [Theory]
    [InlineData("small", TraceAction.Malloc, TraceAction.Calloc, TraceAction.Realloc, TraceAction.Free, TraceAction.TouchWrite, TraceAction.TouchRead)]
    [InlineData("mixed", TraceAction.Memalign, TraceAction.Trim, TraceAction.Info, TraceAction.Mallopt)]
    [InlineData("threads", TraceAction.Spawn, TraceAction.Exit, TraceAction.Join, TraceAction.Memalign, TraceAction.Trim)]
    public void A_profile_has_all_its_operations(string profile, params TraceAction[] actions)
    {
        HashSet<TraceAction> seen = [.. Enumerable.Range(1, 5).SelectMany(seed => Generate(profile, (ulong)seed).Operations).Select(o => o.Action)];
        Assert.Empty(actions.Except(seen));
    }

    [Fact]
    public void Threads_free_each_other_s_blocks()
    {
        Dictionary<uint, byte> owners = [];
        int foreign = 0;
        foreach (TraceOperation operation in Generate("threads", 1).Operations)
            if (operation.Action == TraceAction.Malloc)
                owners[operation.Block] = operation.Thread;
            else if (operation.Action == TraceAction.Free && owners.TryGetValue(operation.Block, out byte owner) && owner != operation.Thread)
                foreign++;
        Assert.True(foreign > 30, $"{foreign} frees of another thread's block");
    }

    [Fact]
    public void Tunables_are_drawn()
    {
        string all = string.Join(':', Enumerable.Range(1, 60).Select(seed => Generate("threads-tunables", (ulong)seed).Tunables));
        foreach (string name in new[] { "arena_max", "arena_test", "mmap_threshold", "tcache_count", "mxfast", "top_pad", "perturb" })
            Assert.Contains($"glibc.malloc.{name}=", all);
    }

    private static TextTrace Generate(string profile, ulong seed) =>
        TraceGenerator.Generate(TraceProfile.All.Single(p => p.Name == profile), seed, Operations);

    private static string Write(TextTrace trace)
    {
        using StringWriter writer = new();
        TextTraceWriter.Write(trace, writer);
        return writer.ToString();
    }

    private static TextTrace Read(string text) => TextTraceReader.Read(new MemoryStream(Encoding.ASCII.GetBytes(text)), "generated");
}
