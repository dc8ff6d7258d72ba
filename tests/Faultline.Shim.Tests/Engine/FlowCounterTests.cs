using Faultline.Shim.Engine;
using Faultline.Shim.Tests.Support;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Tests.Engine;

/// <summary>A flow counts what it and its threads do, and nothing of others.</summary>
public sealed class FlowCounterTests : IDisposable
{
    private const int Sites = 64;
    private readonly TestEngine _test = new();

    public void Dispose() => _test.Dispose();

    [Fact]
    public unsafe void BlocksAreCountedFromTheStartToTheEnd()
    {
        byte* before = _test.Malloc(1000);
        FlowCounter flow = FlowCounter.Start(Sites);
        byte* first = _test.Malloc(300);
        _test.Malloc(200, site: 3);
        _test.Free(first);
        byte* second = _test.Realloc(_test.Malloc(100), 250);
        _test.Free(before);
        flow.End();
        _test.Free(second);
        _test.Malloc(5000);

        Assert.Equal((3L, 650L, 0L, -750L, 300L), Of(flow, 1));
        Assert.Equal((1L, 200L, 1L, 200L, 200L), Of(flow, 3));
        Assert.Equal(500, flow.PeakBytes);
        Assert.Null(FlowCounter.OfThread);
    }

    [Fact]
    public async Task ThreadsAndTasksOfTheFlowBelongToItAndOthersDoNot()
    {
        using Barrier step = new(2);
        Thread other = new(() =>
        {
            step.SignalAndWait();
            Allocate(100);
            step.SignalAndWait();
        });
        other.Start();
        FlowCounter flow = FlowCounter.Start(Sites);
        step.SignalAndWait();
        step.SignalAndWait();
        Thread own = new(() => Allocate(10));
        own.Start();
        own.Join();
        await Task.Run(() => Allocate(20));
        Allocate(30);
        flow.End();
        other.Join();
        // A thread of the pool works for others afterwards.
        await Task.Run(() => Allocate(40));

        Assert.Equal((3L, 60L, 3L, 60L, 60L), Of(flow, 1));
        Assert.Equal(5UL, _test.Site(1).Allocations);
    }

    [Fact]
    public unsafe void FlowsLieInsideOfEachOther()
    {
        FlowCounter outer = FlowCounter.Start(Sites);
        _test.Malloc(1);
        FlowCounter inner = FlowCounter.Start(Sites);
        byte* block = _test.Malloc(2);
        inner.End();
        _test.Free(block);
        _test.Malloc(4);
        outer.End();
        Assert.Equal((1L, 2L, 1L, 2L, 2L), Of(inner, 1));
        Assert.Equal((3L, 7L, 2L, 5L, 5L), Of(outer, 1));
    }

    private unsafe void Allocate(nuint bytes) => _test.Malloc(bytes);

    private (long Blocks, long Bytes, long LiveBlocks, long LiveBytes, long PeakBytes) Of(FlowCounter flow, int site)
    {
        SiteCounters counters = _test.Site(site);
        FlowSite counted = flow.Of(new SiteAmounts(CallSite.Unknown(site), MemoryAmounts.Of(counters)));
        return (counted.Allocations, counted.Bytes, counted.LiveBlocks, counted.LiveBytes, counted.PeakBytes);
    }
}
