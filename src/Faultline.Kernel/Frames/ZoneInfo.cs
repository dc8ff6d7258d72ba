namespace Faultline.Kernel;

/// <summary>
/// A zone as it stands: limits in pages (watermarks, what requests for higher zones leave alone, bounds of each per-CPU list),
/// and free blocks by order 0 to 10.
/// </summary>
public sealed record ZoneInfo(
    string Name,
    ulong SpannedPages,
    ulong PresentPages,
    ulong ManagedPages,
    ulong FreePages,
    Watermarks Watermarks,
    IReadOnlyList<ulong> LowmemReserve,
    int PerCpuBatch,
    int PerCpuHighMin,
    int PerCpuHighMax,
    ulong[] FreeBlocks)
{
    internal static ZoneInfo Of(Zone zone, int cpus)
    {
        (int min, int max) = Watermarks.PerCpuHigh(zone.Range.Managed, zone.Watermarks.Low, cpus);
        var blocks = new ulong[Order.Count];
        for (int order = 0; order < Order.Count; order++)
            blocks[order] = zone.Free.Blocks(order);
        return new(zone.Range.Name, zone.Range.End - zone.Range.Start, zone.Range.Present, zone.Range.Managed, zone.Free.FreePages,
            zone.Watermarks, zone.LowmemReserve, Watermarks.PerCpuBatch(zone.Range.Managed), min, max, blocks);
    }
}
