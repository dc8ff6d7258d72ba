using System.Text;
using Faultline.Tracing.Events;
using Faultline.Tracing.Importers;
using Faultline.Tracing.Inspection;
using Faultline.Tracing.Replay;
using Faultline.Tracing.Tests.Replay;

namespace Faultline.Tracing.Tests.Inspection;

public class InspectorTests
{
    /// <summary>Looking changes nothing, and what is seen adds up to what is counted.</summary>
    [Theory]
    [InlineData("gen-bins")]
    [InlineData("gen-mmap")]
    [InlineData("mt-first")]
    public void What_is_seen_agrees_with_the_counts(string trace)
    {
        string path = TestSupport.Repository.Path("tests", "Faultline.Tracing.Tests", "Traces", trace + ".trace.gz");
        using ITraceSource plain = TraceImport.Open(path), looked = TraceImport.Open(path);
        ReplayInspector inspector = ReplayInspector.OfAll();
        ReplayResult expected = TraceReplay.Run(plain, Replays.Default), result = TraceReplay.Run(looked, Replays.Default, inspector: inspector);
        Assert.Equal(expected.Sites, result.Sites);
        Assert.Equal(expected.Snapshot.MinorFaults, result.Snapshot.MinorFaults);
        TimelinePoint last = inspector.Timeline.Points[^1];
        Assert.Equal(result.Events, last.Event);
        Assert.Equal(result.Work.MinorFaults, last.MinorFaults);
        Assert.Equal(result.Snapshot.PeakResidentPages, inspector.Timeline.Points.Max(point => point.HighestResidentPages));
        Assert.Equal(result.PeakLiveBytes, inspector.Timeline.Points.Max(point => point.HighestLiveBytes));
        CheckMap(inspector.EndMap!, result);
        ulong allocated = inspector.Sites.Values.Aggregate(0UL, (sum, site) => sum + site.Sizes.Aggregate(0UL, (a, b) => a + b));
        Assert.Equal(result.Sites.Aggregate(0UL, (sum, site) => sum + site.Counters.Allocations), allocated);
        Assert.Contains(inspector.Proc, file => file.Path == "/proc/buddyinfo" && file.Text.Contains("Normal", StringComparison.Ordinal));
    }

    /// <summary>100 small blocks among 1,000 large ones that are freed: each small one holds a page, and the empty ones below it.</summary>
    [Fact]
    public void Pinned_pages_are_those_of_the_blocks_that_are_left()
    {
        StringBuilder text = new();
        for (int i = 0; i < 100; i++)
        {
            for (int k = 0; k < 10; k++)
                text.Append($"a {i * 11 + k} 20000\nt {i * 11 + k} 0 20000\n");
            text.Append($"a {i * 11 + 10} 40\nt {i * 11 + 10} 0 40\n");
        }

        for (int i = 0; i < 1100; i++)
            if (i % 11 != 10)
                text.Append($"f {i}\n");
        using ITraceSource source = TraceImport.Open(new MemoryStream(Encoding.UTF8.GetBytes(text.ToString())), "text");
        ReplayInspector inspector = ReplayInspector.OfAll();
        ReplayResult result = TraceReplay.Run(source, Replays.Default, inspector: inspector);
        HeapMap map = inspector.EndMap!;
        CheckMap(map, result);
        PinnedPages pinned = map.Pinned[1];
        // 1,000 blocks of 20,016 bytes are 4,886 pages; of those each small block's page is stranded, the others empty.
        Assert.InRange(pinned.Pages, 4_800UL, 4_990UL);
        Assert.Equal(100UL * 48, pinned.LiveBytes);
        ulong peak = inspector.Timeline.Points.First(point => point.HighestResidentPages == result.Snapshot.PeakResidentPages).Event;
        Assert.InRange(inspector.PeakEvent, peak - inspector.Timeline.Distance, peak);
    }

    [Fact]
    public void The_map_at_an_event_is_drawn_there()
    {
        const string text = "a 0 300000\nt 0 0 300000\na 1 100\nt 1 0 100\nf 0\nf 1\n";
        using ITraceSource source = TraceImport.Open(new MemoryStream(Encoding.UTF8.GetBytes(text)), "text");
        ReplayInspector inspector = ReplayInspector.At(4);
        TraceReplay.Play(source, Replays.Default, inspector: inspector).Dispose();
        HeapArea mapping = Assert.Single(inspector.Map!.Areas, area => area.Kind == HeapAreaKind.Mapping);
        Assert.Equal(74UL, mapping.Pages);
        Assert.All(mapping.Cells, cell => Assert.Equal(PageClass.Full, cell.Class));
        Assert.Equal(300_100UL, inspector.Map.RequestedBytes);
        Assert.DoesNotContain(inspector.EndMap!.Areas, area => area.Kind == HeapAreaKind.Mapping);
        Assert.InRange(inspector.Timeline.Markers.Single().After, 300_000UL, 304_096UL);
    }

    private static void CheckMap(HeapMap map, ReplayResult result)
    {
        Assert.Equal(map.Areas.Aggregate(0UL, (sum, area) => sum + area.Pages) + map.PagesLeftOut, map.Pages.Aggregate(0UL, (sum, pages) => sum + pages));
        foreach (HeapArea area in map.Areas)
        {
            ulong pages = area.Cells.Aggregate(0UL, (sum, cell) => sum + (ulong)Enumerable.Range(0, HeapCell.Classes).Sum(kind => cell.PagesOf((PageClass)kind)));
            Assert.Equal(area.Pages, pages);
        }

        ulong Of(PageClass kind) => map.Pages[(int)kind];
        Assert.Equal(result.Snapshot.StrandedPages, Of(PageClass.Stranded) + Of(PageClass.Empty));
        Assert.Equal(result.Snapshot.LiveRequestedBytes, map.RequestedBytes);
        Assert.True(map.Pinned.Values.Aggregate(0UL, (sum, pinned) => sum + pinned.Pages) <= result.Snapshot.StrandedPages);
        Assert.InRange(map.LiveResidentBytes, 0UL, map.ResidentPages * 4096);
    }
}
