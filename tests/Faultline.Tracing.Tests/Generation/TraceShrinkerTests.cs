using System.Text;
using Faultline.Tracing.Generation;
using Faultline.Tracing.Text;

namespace Faultline.Tracing.Tests.Generation;

/// <summary>A trace that fails for a known reason comes down to that reason, and stays valid on the way.</summary>
public class TraceShrinkerTests
{
    [Theory]
    [InlineData("mixed", 1)]
    [InlineData("realloc", 2)]
    [InlineData("fragmentation", 3)]
    public void One_operation_at_fault_is_all_that_is_left(string profile, ulong seed)
    {
        TextTrace trace = Generate(profile, seed);
        TextTrace small = TraceShrinker.Shrink(trace, t => IsValid(t) && t.Operations.Any(o => o.Action is TraceAction.Memalign or TraceAction.Calloc));
        Assert.Single(small.Operations);
    }

    /// <summary>The free of a block needs its allocation, an operation of a thread its start.</summary>
    [Fact]
    public void What_the_fault_depends_on_stays()
    {
        TextTrace trace = Generate("threads", 4);
        TextTrace small = TraceShrinker.Shrink(trace, t => IsValid(t) && t.Operations.Any(o => o.Action == TraceAction.Free && o.Thread > 1));
        Assert.Equal(TraceAction.Free, small.Operations[^1].Action);
        Assert.Contains(small.Operations, o => o.Action == TraceAction.Spawn && o.Block == small.Operations[^1].Thread);
        Assert.True(small.Operations.Length <= 4, Text(small));
    }

    [Fact]
    public void Two_operations_far_apart_are_found()
    {
        TextTrace trace = Generate("small", 5);
        uint first = trace.Operations[10].Block, last = trace.Operations[^10].Block;
        TextTrace small = TraceShrinker.Shrink(trace, t => IsValid(t) && t.Operations.Any(o => o.Block == first) && t.Operations.Any(o => o.Block == last));
        Assert.InRange(small.Operations.Length, 1, 2);
    }

    [Fact]
    public void It_gives_up_after_its_attempts()
    {
        TextTrace trace = Generate("small", 6);
        int asked = 0;
        TextTrace same = TraceShrinker.Shrink(trace, _ => asked++ < 0, attempts: 7);
        Assert.Equal((7, trace.Operations.Length), (asked, same.Operations.Length));
    }

    private static TextTrace Generate(string profile, ulong seed) =>
        TraceGenerator.Generate(TraceProfile.All.Single(p => p.Name == profile), seed, 500);

    private static bool IsValid(TextTrace trace) =>
        TextTraceReader.Read(new MemoryStream(Encoding.ASCII.GetBytes(Text(trace))), "shorter").Operations.Length == trace.Operations.Length;

    private static string Text(TextTrace trace)
    {
        using StringWriter writer = new();
        TextTraceWriter.Write(trace, writer);
        return writer.ToString();
    }
}
