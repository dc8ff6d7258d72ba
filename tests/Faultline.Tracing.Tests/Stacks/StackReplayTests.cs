using Faultline.Tracing.Events;
using Faultline.Tracing.Replay;
using Faultline.Tracing.Stacks;
using Faultline.Tracing.Tests.Binary;
using Faultline.Tracing.Tests.Importers;
using Faultline.Tracing.Tests.Replay;

namespace Faultline.Tracing.Tests.Stacks;

/// <summary>What a replay counts by stack: who pays for pages, what is temporary and what leaks, and what a sample stands for.</summary>
public class StackReplayTests
{
    private const ulong Mapped = 1 << 20;

    private static readonly TraceMetadata s_all = new() { Touches = TouchKnowledge.Declared, Stacks = StackSampling.All };

    [Fact]
    public void Blocks_and_pages_are_charged_to_the_stack_that_allocated()
    {
        ReplayResult result = Replays.Events(s_all, StackFileTests.Table(3, 3),
            Malloc(0x1000, Mapped, site: 1, stack: 1), Write(0x1000, Mapped / 2), Malloc(0x2000000, Mapped, site: 1, stack: 2), Malloc(0x4000000, 64, site: 1, stack: 0), Free(0x1000));
        Assert.Equal([0, 1, 2], result.Stacks.Select(stack => stack.Stack));
        StackCounters first = result.Stacks[1].Counters, second = result.Stacks[2].Counters;
        Assert.Equal((Mapped, 0UL, 1UL), (first.RequestedBytes, first.LiveBytes, first.Released));
        Assert.InRange(first.MinorFaults, Mapped / 2 / 4096, Mapped / 2 / 4096 + 1);
        Assert.Equal((Mapped, 1UL, 1UL), (second.LiveBytes, second.LiveBlocks, second.MinorFaults));
    }

    [Fact]
    public void A_block_is_temporary_if_its_thread_frees_it_before_it_allocates_again()
    {
        ReplayResult result = Replays.Events(s_all, StackFileTests.Table(3, 3),
            Malloc(0x1000, 100, 1, 1), Malloc(0x2000, 10, 2, 2) with { Thread = 1 }, Free(0x1000),
            Malloc(0x3000, 100, 1, 1), Malloc(0x4000, 100, 1, 3), Free(0x3000), Free(0x2000));
        Assert.Equal((1UL, 100UL), (result.Stacks.Single(s => s.Stack == 1).Counters.Temporary, result.Stacks.Single(s => s.Stack == 1).Counters.TemporaryBytes));
        // Freed by another thread than its own.
        Assert.Equal(0UL, result.Stacks.Single(s => s.Stack == 2).Counters.Temporary);
        Assert.Equal(1UL, result.Sites.Single(site => site.Id == 1).TemporaryBlocks);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    [InlineData(2, 3)]
    [InlineData(3, 3)]
    public void How_many_other_allocations_may_be_between_is_an_option(ulong within, ulong temporary)
    {
        // Between: 1 of its thread (and one of another thread), 0, and 2.
        ReplayResult result = Replays.Events(new TraceMetadata { Touches = TouchKnowledge.Declared }, Replays.Default with { TemporaryWithin = within },
            Malloc(0x1000, 100, 1, 0), Malloc(0x9000, 10, 2, 0) with { Thread = 1 }, Malloc(0x2000, 100, 1, 0), Free(0x1000), Malloc(0x3000, 100, 1, 0), Free(0x3000),
            Malloc(0x4000, 100, 1, 0), Free(0x2000));
        ReplayedSite site = result.Sites.Single(site => site.Id == 1);
        Assert.Equal((temporary, 100 * temporary), (site.TemporaryBlocks, site.TemporaryBytes));
    }

    [Fact]
    public void A_stack_that_is_not_in_the_table_is_none()
    {
        ReplayResult result = Replays.Events(s_all, new StackTable(), Malloc(0x1000, 100, 1, 9));
        Assert.Equal((1, 0, 100UL), (result.Stacks[0].Site, result.Stacks[0].Stack, result.Stacks[0].Counters.RequestedBytes));
    }

    [Fact]
    public void Of_sampled_stacks_each_stands_for_the_blocks_of_its_size()
    {
        ReplayResult result = Replays.Events(s_all with { Stacks = StackSampling.Sample(1000) }, StackFileTests.Table(3, 3),
            Malloc(0x1000, 10, 1, 1), Malloc(0x2000, 10, 1, 0), Malloc(0x3000, 100_000, 1, 1));
        Assert.Equal(2, result.Stacks.Count);
        Assert.Equal(1, result.Stacks[0].Weight, 6);
        Assert.Equal(1 / (1 - Math.Exp(-0.01)), result.Stacks[1].Weight, 6);
        Assert.Equal(100_020UL, result.Sites.Single().Counters.RequestedBytes);
    }

    [Theory]
    [InlineData(1UL)]
    [InlineData(16UL)]
    [InlineData(4096UL)]
    [InlineData(1UL << 30)]
    public void A_weight_is_one_over_the_chance_of_being_sampled(ulong size)
    {
        decimal chance = 0, term = 1, x = size / (decimal)StackSampling.UsualBytes;
        for (int n = 1; n < 60 && x < 20; n++)
            chance -= (term *= -x / n);
        double expected = x < 20 ? (double)(1 / chance) : 1;
        Assert.Equal(expected, StackSampling.Sample().WeightOf(size), expected * 1e-9);
        Assert.Equal(1, StackSampling.All.WeightOf(size));
    }

    [Fact]
    public void A_heaptrack_recording_has_its_stacks_from_the_site_outwards()
    {
        using ITraceSource source = Recordings.Open("orders.heaptrack.zst");
        TraceEvent order = TraceFiles.ReadAll(source).First(e => e.Size == 16);
        StackFrameName[] frames = [.. source.Stacks.Walk(order.Stack)];
        Assert.Equal(("makeOrder", 17), (frames[0].Method, frames[0].Line));
        Assert.Contains(frames, frame => frame.Method == "main");
        using ITraceSource again = Recordings.Open("orders.heaptrack.zst");
        ReplayResult result = Replays.Run(again);
        Assert.All(result.Stacks, stack => Assert.NotEqual(0, stack.Stack));
        Assert.True(result.Stacks.Count >= result.Sites.Count(site => site.Counters.Allocations > 0));
    }

    [Fact]
    public void DotNet_frames_of_a_heaptrack_recording_are_named_by_the_perf_map()
    {
        using StreamReader map = new(Recordings.PathOf("invoices.perfmap"));
        using ITraceSource source = Recordings.Open("invoices.heaptrack.gz", new() { PerfMap = Faultline.Tracing.Importers.PerfMap.Read(map) });
        TraceEvent invoice = TraceFiles.ReadAll(source).First(e => e.Size == 4321);
        Assert.Equal(["Invoices.MakeInvoice", "Invoices.Main"], source.Stacks.Walk(invoice.Stack).Select(frame => frame.Function).Where(name => name.StartsWith("Invoices", StringComparison.Ordinal)));
    }

    private static TraceEvent Malloc(ulong address, ulong size, int site, int stack)
        => new() { Kind = TraceEventKind.Malloc, Address = address, Size = size, Site = site, Stack = stack };

    private static TraceEvent Free(ulong address) => new() { Kind = TraceEventKind.Free, Address = address };

    private static TraceEvent Write(ulong address, ulong length) => new() { Kind = TraceEventKind.Write, Address = address, Size = length };
}
