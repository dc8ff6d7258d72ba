using Faultline.Kernel;
using Faultline.Libc;
using Faultline.Tracing.Replay;

namespace Faultline.Tracing.Inspection;

// Two walks over the chunks: the first finds the runs of addresses and thereby how many pages a cell has to stand for, the second fills the cells.

/// <summary>Draws the map of a replay's heap, arenas and mappings as they are now.</summary>
internal sealed class HeapMapBuilder(ReplayMachine machine, LiveBlocks blocks)
{
    /// <summary>32 MiB can be shown page by page.</summary>
    private const ulong MostCells = 8192;

    /// <summary>The largest mappings are shown.</summary>
    private const int MostMappings = 48;

    private readonly record struct Run(HeapAreaKind Kind, ulong Start, ulong End, int Site);

    private Process Process => machine.Charged.Process;

    public HeapMap Build(ulong events)
    {
        List<Run> heaps = FindHeaps();
        List<Run> mappings = [.. blocks.All.Where(block => block.Mapping != 0).Select(RunOf)];
        List<Run> shown = [.. mappings.OrderByDescending(run => run.End - run.Start).ThenBy(run => run.Start).Take(MostMappings).OrderBy(run => run.Start)];
        ulong perCell = PagesPerCell([.. heaps, .. shown]);
        HeapMapFill fill = new(machine, blocks, perCell);
        List<HeapArea> areas = [];
        foreach (Run run in heaps)
            areas.Add(fill.AddHeap(run.Kind, run.Start, Pages(run)));
        fill.WalkHeaps();
        foreach (Run run in shown)
            areas.Add(fill.AddMapping(run.Start, Pages(run), run.Site));
        foreach (Run run in mappings.Except(shown))
            fill.CountMapping(run.Start, Pages(run));
        return new()
        {
            Event = events,
            PagesPerCell = perCell,
            Areas = areas,
            MappingsLeftOut = mappings.Count - shown.Count,
            PagesLeftOut = mappings.Except(shown).Aggregate(0UL, (sum, run) => sum + Pages(run)),
            Pages = fill.Pages,
            ResidentPages = Process.ResidentPages.Value,
            LiveResidentBytes = fill.LiveResidentBytes,
            LiveAbsentBytes = fill.LiveAbsentBytes,
            RequestedBytes = blocks.All.Aggregate(0UL, (sum, block) => sum + block.Requested),
            Pinned = fill.Pinned,
        };
    }

    private static Run RunOf(LiveBlock block) => new(HeapAreaKind.Mapping, block.Mapping, PageSize.Up(block.Pointer + block.Usable), block.Site);

    private static ulong Pages(in Run run) => run.End - run.Start >> PageSize.Shift;

    private static ulong PagesPerCell(List<Run> runs)
    {
        ulong perCell = 1;
        while (runs.Aggregate(0UL, (sum, run) => sum + (Pages(run) + perCell - 1) / perCell) > MostCells)
            perCell *= 2;
        return perCell;
    }

    /// <summary>In the order of the walk, so that filling meets them in the same order.</summary>
    private List<Run> FindHeaps()
    {
        List<Run> runs = [];
        ulong start = Process.Layout.BrkStart.Value, end = Process.CurrentBreak.Value;
        foreach (HeapChunk chunk in machine.Malloc.WalkHeaps())
        {
            ulong from = PageSize.Down(chunk.Address), to = PageSize.Up(chunk.Address + chunk.Size);
            if (runs.Count > 0 && from <= runs[^1].End && from >= runs[^1].Start)
                runs[^1] = runs[^1] with { End = Math.Max(runs[^1].End, to) };
            else
                runs.Add(new(chunk.Address >= start && chunk.Address < end ? HeapAreaKind.BrkHeap : HeapAreaKind.ArenaHeap, from, to, HeapMap.NoSite));
        }

        return runs;
    }
}
