using Faultline.Tracing.Inspection;
using static Faultline.Reporting.Quantity;

namespace Faultline.Reporting.Html;

/// <summary>Heap maps as data: a digit a cell for its class, and columns for the rest.</summary>
internal static class HtmlHeap
{
    public static IEnumerable<object> Maps(Pictures? pictures)
    {
        if (pictures?.AtPeak is { } peak)
            yield return Map("at the peak", peak);
        if (pictures?.AtEnd is { } end)
            yield return Map("at the end", end);
    }

    private static object Map(string moment, HeapMap map) => new
    {
        Moment = moment,
        map.Event,
        map.PagesPerCell,
        map.Pages,
        Areas = map.Areas.Select((area, i) => Area(area, map.Areas.Take(i).Count(a => a.Kind == area.Kind) + 1)),
        Pinned = map.Pinned.OrderByDescending(entry => entry.Value.Pages).ThenBy(entry => entry.Key)
            .Select(entry => new { Site = entry.Key, entry.Value.Pages, entry.Value.LiveBytes }),
        map.MappingsLeftOut,
        map.PagesLeftOut,
    };

    /// <param name="area">The area.</param>
    /// <param name="number">Among those of its kind, from 1.</param>
    private static object Area(HeapArea area, int number)
    {
        bool isOneBlock = area.Kind == HeapAreaKind.Mapping;
        IEnumerable<T>? Column<T>(Func<HeapCell, T> value) => isOneBlock ? null : area.Cells.Select(value);
        return new
        {
            Kind = area.Kind.ToString(),
            Name = area.Kind switch
            {
                HeapAreaKind.BrkHeap => number == 1 ? "brk heap" : $"brk heap, part {number}",
                HeapAreaKind.ArenaHeap => $"arena heap {number}",
                _ => $"mapping of {Bytes(area.Pages * 4096)}",
            },
            Start = Address(area.Start),
            area.Pages,
            Site = area.Site == HeapMap.NoSite ? (int?)null : area.Site,
            Classes = string.Concat(area.Cells.Select(cell => (char)('0' + (int)cell.Class))),
            Live = Column(cell => cell.LiveBytes),
            // Where the chunk begins, from the area's start; before it for chunks that reach in.
            Chunk = Column(cell => cell.ChunkBytes == 0 ? 0 : (long)(cell.ChunkAddress - area.Start)),
            Size = Column(cell => cell.ChunkBytes),
            Owner = Column(cell => cell.Site),
            Chunks = Column(cell => cell.LiveChunks),
        };
    }
}
