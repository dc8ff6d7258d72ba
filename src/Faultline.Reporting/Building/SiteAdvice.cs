using Faultline.Tracing.Inspection;
using static Faultline.Reporting.Quantity;

namespace Faultline.Reporting;

/// <summary>
/// What could be done at one site, and what it would save. Each has its own condition; savings are counts of the replay, not estimates of time, and
/// say what they assume.
/// </summary>
internal static class SiteAdvice
{
    private const ulong PageBytes = 4096;

    /// <summary>Fewer repetitions than this are no pattern.</summary>
    private const ulong Pattern = 8;

    private const ulong WorthwhileBytes = 1 << 20;

    /// <summary>Its blocks keep heap pages in memory on which hardly anything lives.</summary>
    public static Advice? Pins(SiteReport site, AdviceContext context)
    {
        (PinnedPages pinned, bool atPeak) = context.PinnedBy(site.Site.Id);
        ulong kept = (pinned.LiveBytes + PageBytes - 1) / PageBytes;
        if (pinned.Pages * PageBytes < WorthwhileBytes / 4 || pinned.Pages < 4 * kept)
            return null;
        ulong saved = (pinned.Pages - kept) * PageBytes;
        return new(site.Site, "Pins the heap: keep these blocks away from short-lived ones",
            $"{(atPeak ? "At the peak" : "At the end")} {Bytes(pinned.Pages * PageBytes)} of the heap ({Count(pinned.Pages, "page")}) stay in memory although nearly all of it is free: "
                + $"{Bytes(pinned.LiveBytes)} of small, long-lived blocks from this line lie scattered over it. Take them from one region of their own (an array, a slab, an arena that is "
                + "allocated in large pieces), or allocate them before or after the short-lived blocks, not in between.",
            [$"up to {Bytes(saved)} of resident memory ({Percent(context.OfResident(saved))} of the peak)"],
            context.OfResident(saved));
    }

    /// <summary>One buffer kept faults once; here each block is a fresh mapping.</summary>
    public static Advice? Hoist(SiteReport site, AdviceContext context)
    {
        Amounts a = site.Amounts;
        if (a.MappedBlocks < Pattern || a.LiveBlocks > a.MappedBlocks / 2 || a.HeapBlocks > a.MappedBlocks / 2 || a.MinorFaults < a.MappedBlocks)
            return null;
        SiteHistory? history = context.HistoryOf(site.Site.Id);
        ulong atOnce = Math.Max(history?.MostLive ?? 1, 1);
        ulong kept = Math.Min(a.MinorFaults, (a.MinorFaults + a.Blocks - 1) / a.Blocks * atOnce);
        ulong faults = a.MinorFaults - kept, calls = 2 * (a.MappedBlocks - Math.Min(a.MappedBlocks, atOnce));
        string size = history == null ? "" : history.SmallestBytes == history.LargestBytes
            ? $"{Bytes(history.LargestBytes)} " : $"{Bytes(history.SmallestBytes)} to {Bytes(history.LargestBytes)} ";
        return new(site.Site, "Hoist the allocation out of the loop: keep the buffer",
            $"This line asked for {size}{Number(a.Blocks)} times, {(atOnce == 1 ? "one at a time" : $"at most {Number(atOnce)} at a time")}; {Number(a.MappedBlocks)} of these blocks were mapped, "
                + $"faulted in and unmapped again. A buffer {(history?.SmallestBytes == history?.LargestBytes ? "" : "of the largest size ")}that is allocated once, before the loop, faults once.",
            [$"{Count(faults, "page fault")} of {Number(a.MinorFaults)} ({Percent(context.OfFaults(faults))} of the program's)", $"{Count(calls, "system call")} (mmap and munmap)"],
            context.OfFaults(faults));
    }

    /// <summary>Heap pages that came and went: the heap is trimmed and grows again.</summary>
    public static Advice? Refaults(SiteReport site, AdviceContext context)
    {
        Amounts a = site.Amounts;
        ulong pages = Math.Max(site.PeakLiveBytes / PageBytes + 2, a.ResidentPages);
        if (a.HeapBlocks < Pattern || a.HeapBlocks < a.MappedBlocks || a.MinorFaults < 4 * pages || a.MinorFaults < 64)
            return null;
        ulong faults = a.MinorFaults - pages;
        return new(site.Site, "The heap shrinks and grows again under this line",
            $"Its blocks take at most {Bytes(site.PeakLiveBytes)} at once, yet {Number(a.MinorFaults)} faults: the top of the heap was given back and faulted in again. Keep the blocks, "
                + "or raise M_TRIM_THRESHOLD and M_TOP_PAD (faultline whatif tries values).",
            [$"up to {Count(faults, "page fault")} ({Percent(context.OfFaults(faults))} of the program's)"],
            context.OfFaults(faults));
    }

    public static Advice? Leak(SiteReport site, AdviceContext context)
    {
        Amounts a = site.Amounts;
        if (a.LiveBlocks < 2 || a.LiveRequestedBytes == 0)
            return null;
        ulong resident = a.ResidentPages * PageBytes;
        return new(site.Site, a.LiveBlocks == a.Blocks ? "Nothing frees these blocks" : "Some of these blocks are never freed: look for a path around the free",
            $"{Number(a.LiveBlocks)} of the {Number(a.Blocks)} blocks that this line allocated were still allocated at the end.",
            [$"{Bytes(a.LiveRequestedBytes)} that were still allocated at the end, and more the longer the program runs",
                $"{Bytes(resident)} of resident memory were charged to this line at the end"],
            // It grows, however little it is yet.
            Math.Max(context.OfResident(a.LiveRequestedBytes), AdviceBuilder.Worthwhile));
    }

    public static Advice? Untouched(SiteReport site, AdviceContext context)
    {
        Amounts a = site.Amounts;
        ulong touched = a.MinorFaults * PageBytes;
        if (a.HeapBlocks > 0 || a.Blocks == 0 || a.RequestedBytes < WorthwhileBytes || touched * 4 > a.RequestedBytes)
            return null;
        return new(site.Site, "Asks for far more than it touches",
            $"{Bytes(a.RequestedBytes)} requested, {Count(a.MinorFaults, "page")} touched. The rest costs addresses (VIRT), not memory; a limit on address space or strict overcommit counts all of it.",
            [$"{Bytes(a.RequestedBytes - touched)} of addresses"],
            Worth(context, site.PeakLiveBytes));
    }

    /// <summary>Addresses are cheap: never more than a twentieth.</summary>
    private static double Worth(AdviceContext context, ulong bytes) => Math.Min(0.05, context.OfResident(bytes) / 100);

    public static Advice? Temporary(SiteReport site, AdviceContext context)
    {
        ulong temporary = context.TemporaryOf(site.Site.Id);
        if (temporary < 1000 || temporary * 10 < site.Amounts.Blocks * 9)
            return null;
        return new(site.Site, "Blocks that live for a moment: use the stack or keep one",
            $"{Number(temporary)} of {Number(site.Amounts.Blocks)} blocks were freed before their thread allocated another. stackalloc for small ones, or one block that is kept, does the same.",
            [$"{Count(2 * temporary, "call")} of malloc and free"],
            0.02);
    }
}
