using Faultline.Tracing.Inspection;
using static Faultline.Reporting.Quantity;

namespace Faultline.Reporting;

/// <summary>Explains the resident set of a moment: how much of it the program asked for, and what the rest is.</summary>
internal static class GapBuilder
{
    private const ulong PageBytes = 4096;

    public static IReadOnlyList<ResidentGap> Build(Pictures? pictures)
    {
        List<ResidentGap> gaps = [];
        if (pictures?.AtPeak is { } peak)
            gaps.Add(Of("at the peak", peak));
        if (pictures?.AtEnd is { } end)
            gaps.Add(Of("at the end", end));
        return gaps;
    }

    /// <summary>
    /// Live chunks hold what was asked for and what glibc adds; by how much they are larger is known for all of them together, so the part of that
    /// which is in memory is taken to be as large as the part of the chunks that is.
    /// </summary>
    private static ResidentGap Of(string moment, HeapMap map)
    {
        ulong live = map.LiveResidentBytes + map.LiveAbsentBytes;
        ulong asked = live == 0 ? 0 : (ulong)(Math.Min(map.RequestedBytes, live) * ((double)map.LiveResidentBytes / live));
        ulong pinned = PagesOf(map, PageClass.Stranded) + PagesOf(map, PageClass.Empty);
        ulong resident = map.ResidentPages * PageBytes, free = resident - Math.Min(resident, map.LiveResidentBytes);
        ulong stranded = Math.Min(free, pinned * PageBytes);
        GapPart[] parts =
        [
            new("asked for, in memory", asked, true, "bytes of live blocks that lie on pages which are in memory"),
            new("glibc's share of live blocks", map.LiveResidentBytes - asked, true, "headers, rounding up to 16 bytes, the ends of mapped pages"),
            new("free, on pages as good as empty", stranded, true, "freed, but still in memory: pages of which live blocks use less than a quarter"),
            new("free, between live blocks", free - stranded, true, "freed, on pages that live blocks use"),
            new("asked for, not in memory", map.LiveAbsentBytes, false, "never touched, in swap, or only read: costs addresses and no memory"),
        ];
        return new(moment, map.Event, parts, Sentence(moment, map, resident, stranded, free));
    }

    private static ulong PagesOf(HeapMap map, PageClass kind) => map.Pages[(int)kind];

    private static string Sentence(string moment, HeapMap map, ulong resident, ulong stranded, ulong free)
    {
        string held = char.ToUpperInvariant(moment[0]) + moment[1..]
            + $" the program held {Bytes(map.RequestedBytes)} and {Bytes(resident)} were resident";
        return resident == 0 ? held + "."
            : free * 4 < resident ? $"{held}; {Percent(Share(free, resident))} of it was free memory."
            : $"{held}: {Bytes(free)} of it was memory that had been freed, {(stranded == free ? "all" : Bytes(stranded))} on pages with hardly a live byte.";
    }
}
