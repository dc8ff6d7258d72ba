namespace Faultline.Reporting;

/// <summary>What the words mean, and the limits that a reader must know to trust the numbers.</summary>
internal static class FootnotesSection
{
    private static readonly string[] s_fragmentation =
    [
        "internal = usable - requested bytes of live blocks: what glibc's size classes and page rounding add.",
        "external = 1 - largest free piece / all free bytes of the heap: 0 when the free memory is one piece, near 1 when it is crumbs.",
        $"stranded = resident heap pages of which live blocks use less than {HeapFragmentation.StrandedBelowPercent} %: "
            + "pages kept for a few bytes.",
        "retained = bytes held from the kernel (mallinfo2 arena + hblkhd) - bytes of live chunks, headers included: what was freed and "
            + "not given back. Chunks in the tcache count as freed here; mallinfo2 counts them as in use.",
        "trimmable = free bytes at the top of the heap (mallinfo2 keepcost): what lowering the break could give back.",
    ];

    private const string Unusable = "the share of a zone's free memory that a request of 2^order pages cannot use, "
        + "as /sys/kernel/debug/extfrag/unusable_index has it: 0.000 none, 1.000 all.";

    private const string SharedPages = "a page that several blocks share is charged to the site whose block was placed first on it "
        + "since the page was last absent.";

    private const string ReadThenWritten = "a page that was read before its first write has faulted twice in reality and is counted once, "
        + "because it is seen only after both.";

    private const string Peak = "the highest count at an observation: at snapshots, and of a range before it is given back. "
        + "It can differ from run to run where the faults do not.";

    public static void Write(Page page, Report report)
    {
        if (report.Totals.Process == null || report.Totals.Sites.Blocks == 0)
            return;
        page.Line();
        if (report.Heap != null)
            for (int i = 0; i < s_fragmentation.Length; i++)
                page.Hanging($"  [{i + 1}] ", s_fragmentation[i]);
        if (report.Zones.Count > 0)
            page.Hanging("  [6] ", Unusable);
        page.Hanging("  faults: ", SharedPages);
        if (report.Profile.Observer.StartsWith("observe", StringComparison.Ordinal))
        {
            page.Hanging("  known exception: ", ReadThenWritten);
            page.Hanging("  resident at once: ", Peak);
        }
    }
}
