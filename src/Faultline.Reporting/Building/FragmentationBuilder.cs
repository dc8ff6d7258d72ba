using Faultline.Kernel;
using Faultline.Tracing.Session;
using static Faultline.Reporting.Quantity;

namespace Faultline.Reporting;

/// <summary>Heap fragmentation by our definitions (the report's footnotes), physical fragmentation by the kernel's formula.</summary>
internal static class FragmentationBuilder
{
    /// <summary>Below this, what the heap retains is not worth a sentence.</summary>
    private const ulong WorthwhileBytes = 1 << 20;

    public static HeapFragmentation Heap(in SnapshotRecord s) => new()
    {
        InternalBytes = Saturating(s.LiveUsableBytes, s.LiveRequestedBytes),
        InternalShare = Share(Saturating(s.LiveUsableBytes, s.LiveRequestedBytes), s.LiveUsableBytes),
        External = s.FreeBytes == 0 ? 0 : 1 - Share(s.LargestFreeBytes, s.FreeBytes),
        FreeBytes = s.FreeBytes,
        LargestFreeBytes = s.LargestFreeBytes,
        StrandedPages = s.StrandedPages,
        HeapResidentPages = s.HeapResidentPages,
        RetainedBytes = s.FreeBytes,
        TrimmableBytes = s.KeepCost,
        HeapBytes = s.Arena,
        MappedBytes = s.HBlkHd,
        Verdict = Verdict(s),
        MmapThreshold = s.MmapThreshold,
        TrimThreshold = s.TrimThreshold,
    };

    /// <summary>Only where much is retained and the top is not what retains it.</summary>
    private static string? Verdict(in SnapshotRecord s)
        => s.FreeBytes >= WorthwhileBytes && s.KeepCost < s.FreeBytes / 4
            ? $"{Bytes(s.FreeBytes)} of the heap were freed and not given back, of which only {Bytes(s.KeepCost)} lie at the top: "
                + "blocks above them, or freed neighbours that were not merged, hold the rest"
            : null;

    public static unsafe IReadOnlyList<ZoneFragmentation> Zones(in SnapshotRecord s)
    {
        List<ZoneFragmentation> zones = [];
        for (int zone = 0; zone < SnapshotRecord.Zones; zone++)
        {
            if (s.ManagedPages[zone] == 0)
                continue;
            ulong[] free = new ulong[SnapshotRecord.Orders];
            for (int order = 0; order < free.Length; order++)
                free[order] = s.FreeBlocks[zone * SnapshotRecord.Orders + order];
            zones.Add(Zone(SnapshotRecord.ZoneNames[zone], s.ManagedPages[zone], free));
        }

        return zones;
    }

    private static ZoneFragmentation Zone(string name, ulong managed, ulong[] free)
    {
        ulong pages = 0;
        int[] unusable = new int[free.Length];
        for (int order = 0; order < free.Length; order++)
        {
            pages += free[order] << order;
            unusable[order] = Fragmentation.UnusableIndex(free, order);
        }

        return new(name, managed, pages, free, unusable);
    }

    private static ulong Saturating(ulong a, ulong b) => a > b ? a - b : 0;
}
