using Faultline.Kernel;
using Faultline.Tracing.Events;
using Faultline.Tracing.Replay;

namespace Faultline.Tracing.Tests.Replay;

/// <summary>What a recording saw of pages, as touches of blocks: which, of what, and from when on.</summary>
public class BlockTouchesTests
{
    private const ulong Page = 4096, Heap = 1 << 20, Mapping = (1 << 30) + 16, Large = 64 * Page;

    [Fact]
    public void A_page_that_is_seen_late_counts_from_its_block_s_allocation_on()
        => Assert.Equal(
            [new(1, Mapping, 4 * Page - 16, 2 * Page, AccessKind.Write)],
            After(0, Malloc(Heap, 64), Malloc(Mapping, Large), Malloc(Heap + 64, 64), Seen(Mapping - 16 + 4 * Page, 2 * Page)));

    [Fact]
    public void Not_from_before_the_last_look_at_everything()
        => Assert.Equal(
            [new(2, Mapping, Page - 16, Page, AccessKind.Write)],
            After(1, Malloc(Mapping, Large), Malloc(Heap, 64), Look(), Seen(Mapping - 16 + Page, Page)));

    [Fact]
    public void A_block_on_pages_that_were_touched_before_counts_as_written()
        => Assert.Equal(
            [new(4, Heap + Page, 0, 2 * Page, AccessKind.Write)],
            After(3, Malloc(Heap, 4 * Page - 16), Malloc(Heap + 8 * Page, 64), Seen(Heap + Page, 2 * Page), Free(Heap), Malloc(Heap + Page, 2 * Page)));

    [Fact]
    public void A_mapping_takes_its_pages_along()
        => Assert.Empty(After(3, Malloc(Mapping, Large), Seen(Mapping - 16 + Page, 32 * Page), Free(Mapping), Look(), Malloc(Mapping + 8 * Page, 2 * Page)));

    [Fact]
    public void Pages_of_headers_are_present_at_once()
        => Assert.Equal(
            [new(0, Heap + 16, 0, 2 * Page - 16, AccessKind.Write)],
            Merged(Malloc(Heap + 16, 3 * Page - 16), Seen(Heap + Page, Page)));

    [Fact]
    public void Only_traces_that_saw_pages_have_them()
    {
        using ITraceSource declared = Replays.Source(new TraceMetadata { Touches = TouchKnowledge.Declared });
        Assert.Null(BlockTouches.Read(declared));
    }

    /// <summary>Blocks of 2 MiB that are all live at once, and seen to be touched one by one as they are freed, are resident at once as mappings too.</summary>
    [Fact]
    public void What_was_live_together_is_resident_together_under_other_settings()
    {
        const int Blocks = 8;
        const ulong Size = 512 * Page;
        List<TraceEvent> events = [];
        for (ulong i = 0; i < Blocks; i++)
            events.Add(Malloc(Heap + 16 + i * (Size + Page), Size));
        for (ulong i = 0; i < Blocks; i++)
            events.AddRange([Seen(Heap + i * (Size + Page), Size), Free(Heap + 16 + i * (Size + Page))]);
        TraceMetadata trace = new() { Touches = TouchKnowledge.Observed, Tunables = "glibc.malloc.mmap_threshold=33554432" };
        ReplayOptions mapped = new ReplayOptions().WithTunable("glibc.malloc.mmap_threshold", 1 << 20);
        using ITraceSource first = Replays.Source(trace, [.. events]), late = Replays.Source(trace, [.. events]), early = Replays.Source(trace, [.. events]);
        ReplayResult asSeen = TraceReplay.Run(late, mapped), moved = TraceReplay.Run(early, mapped, seen: BlockTouches.Read(first));

        Assert.InRange(asSeen.Snapshot.PeakResidentPages, 512UL, 600UL);
        Assert.InRange(moved.Snapshot.PeakResidentPages, Blocks * 512UL, Blocks * 520UL);
        Assert.Contains(moved.Notes, note => note.StartsWith("the recording saw touches late", StringComparison.Ordinal));
    }

    private static TraceEvent Malloc(ulong address, ulong size) => new() { Kind = TraceEventKind.Malloc, Address = address, Size = size };

    private static TraceEvent Free(ulong address) => new() { Kind = TraceEventKind.Free, Address = address };

    private static TraceEvent Seen(ulong address, ulong length) => new() { Kind = TraceEventKind.Write, Flags = TraceEventFlags.Pages, Address = address, Size = length };

    private static TraceEvent Look() => new() { Kind = TraceEventKind.Snapshot };

    private static BlockTouch[] Read(params TraceEvent[] events)
    {
        using ITraceSource source = Replays.Source(new TraceMetadata { Touches = TouchKnowledge.Observed }, events);
        return [.. BlockTouches.Read(source)!.All];
    }

    /// <summary>Without the touches of small blocks and of headers' pages: those from the event on, of a page or more.</summary>
    private static BlockTouch[] After(ulong first, params TraceEvent[] events) => [.. Read(events).Where(touch => touch.After >= first && touch.Length >= Page)];

    /// <summary>Touches of one block that adjoin, as one.</summary>
    private static BlockTouch[] Merged(params TraceEvent[] events)
    {
        List<BlockTouch> merged = [];
        foreach (BlockTouch touch in Read(events))
        {
            if (merged.Count > 0 && merged[^1] is var last && last.After == touch.After && last.Address == touch.Address && last.Offset + last.Length == touch.Offset)
                merged[^1] = last with { Length = last.Length + touch.Length };
            else
                merged.Add(touch);
        }

        return [.. merged];
    }
}
