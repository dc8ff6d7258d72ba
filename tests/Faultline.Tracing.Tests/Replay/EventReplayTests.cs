using Faultline.Tracing.Events;
using Faultline.Tracing.Replay;
using Faultline.Tracing.Session;

namespace Faultline.Tracing.Tests.Replay;

/// <summary>What single events do: who pays for pages, and traces that do not fit together.</summary>
public class EventReplayTests
{
    private const ulong Mapped = 1 << 20;

    private static readonly TraceMetadata s_declared = new() { Touches = TouchKnowledge.Declared };

    [Fact]
    public void A_page_is_paid_for_by_the_site_whose_block_was_first_on_it()
    {
        ReplayResult result = Replays.Events(s_declared, Malloc(0x1000, 64, 1), Malloc(0x2000, 64, 2), Write(0x2000, 0, 64), Write(0x1000, 0, 64));
        Assert.Equal(1UL, Replays.SiteOf(result, 1).ResidentPages);
        Assert.Equal(0UL, Replays.SiteOf(result, 2).ResidentPages);
        Assert.Equal(0UL, Replays.SiteOf(result, 2).MinorFaults);
    }

    [Fact]
    public void A_mapping_is_paid_for_page_by_page_and_anew_after_it_went_away()
    {
        ReplayResult result = Replays.Events(s_declared,
            Malloc(0x1000, Mapped, 1), Write(0x1000, 0, 10 * 4096 - 16), Free(0x1000), Malloc(0x1000, Mapped / 2, 2), Write(0x1000, 0, 3 * 4096 - 16));
        Assert.Equal(10UL, Replays.SiteOf(result, 1).MinorFaults);
        Assert.Equal(0UL, Replays.SiteOf(result, 1).ResidentPages);
        Assert.Equal(1UL, Replays.SiteOf(result, 1).Released);
    }

    [Fact]
    public void Without_touches_every_block_is_written_or_nothing()
    {
        TraceMetadata none = new() { Touches = TouchKnowledge.None };
        ReplayResult written = Replays.Events(none, Malloc(0x1000, Mapped, 1));
        Assert.Equal(AssumedTouches.Written, written.Assumed);
        Assert.Equal(Mapped / 4096 + 1, Replays.SiteOf(written, 1).MinorFaults);
        Assert.Equal(1UL, Replays.SiteOf(Replays.Events(s_declared, Malloc(0x1000, Mapped, 1)), 1).MinorFaults);
    }

    [Fact]
    public void A_second_block_at_a_live_address_frees_the_first()
    {
        ReplayResult result = Replays.Events(s_declared, Malloc(0x1000, 64, 1), Malloc(0x1000, 64, 2));
        Assert.Equal(1UL, Replays.SiteOf(result, 1).Released);
        Assert.Equal(1UL, result.Snapshot.LiveBlocks);
        Assert.StartsWith("1 block handed out at the address", Assert.Single(result.Notes));
    }

    [Fact]
    public void Unknown_addresses_are_counted_and_left_out()
    {
        ReplayResult result = Replays.Events(s_declared, Free(0x10), Free(0x20), Write(0x30, 0, 1),
            new() { Kind = TraceEventKind.Realloc, OldAddress = 0x40, Address = 0x50, Size = 100, Site = 3 });
        Assert.Equal(3, result.Notes.Count);
        Assert.StartsWith("2 frees of an address", result.Notes[0]);
        Assert.Equal(100UL, Replays.SiteOf(result, 3).RequestedBytes);
    }

    [Fact]
    public void Realloc_counts_the_block_at_the_new_site_and_moves_its_pages()
    {
        ReplayResult result = Replays.Events(s_declared, Malloc(0x1000, Mapped, 1), Write(0x1000, 0, Mapped),
            new() { Kind = TraceEventKind.Realloc, OldAddress = 0x1000, Address = 0x9000, Size = 8 * Mapped, Site = 2 }, Write(0x9000, 0, 8 * Mapped));
        Assert.Equal(Mapped / 4096 + 1, Replays.SiteOf(result, 1).MinorFaults);
        Assert.Equal(8 * Mapped / 4096 + 1, Replays.SiteOf(result, 1).MinorFaults + Replays.SiteOf(result, 2).MinorFaults);
        Assert.Equal((1UL, 1UL), (Replays.SiteOf(result, 1).Released, Replays.SiteOf(result, 2).Allocations));
    }

    [Fact]
    public void Observed_pages_are_moved_to_the_blocks_that_lay_on_them()
    {
        TraceMetadata observed = new() { Touches = TouchKnowledge.Observed };
        TraceEvent pages = Write(0x7000_0000_2000, 0, 4 * 4096) with { Flags = TraceEventFlags.Pages };
        ReplayResult result = Replays.Events(observed, Malloc(0x7000_0000_0010, Mapped, 1), pages, pages with { Address = 0x6000_0000_0000 });
        // The header's page, and four pages of the trace that lie 16 bytes off in the block lie on five or four of the model.
        Assert.InRange(Replays.SiteOf(result, 1).MinorFaults, 5UL, 6UL);
        Assert.StartsWith("1 touch of", Assert.Single(result.Notes));
    }

    [Fact]
    public void Mappings_of_the_program_count_as_blocks()
    {
        TraceEvent map = new() { Kind = TraceEventKind.Mmap, Address = 0x10000, Size = 16 * 4096, Site = 1, Argument = TraceEvent.MmapArgument(3, 2) };
        TraceEvent half = new() { Kind = TraceEventKind.Munmap, Address = 0x10000, Size = 8 * 4096, Site = 2 };
        ReplayResult result = Replays.Events(s_declared, map, Write(0x10000, 0, 16 * 4096), half, half with { Address = 0x10000 + 8 * 4096 });
        Assert.Equal(16UL, Replays.SiteOf(result, 1).MinorFaults);
        Assert.Equal((1UL, 1UL), (Replays.SiteOf(result, 1).Allocations, Replays.SiteOf(result, 1).Released));
        Assert.Equal(0UL, result.Snapshot.LiveUsableBytes);
    }

    private static TraceEvent Malloc(ulong address, ulong size, int site) => new() { Kind = TraceEventKind.Malloc, Address = address, Size = size, Site = site };

    private static TraceEvent Free(ulong address) => new() { Kind = TraceEventKind.Free, Address = address };

    private static TraceEvent Write(ulong address, ulong offset, ulong length)
        => new() { Kind = TraceEventKind.Write, Address = address, Second = offset, Size = length };
}
