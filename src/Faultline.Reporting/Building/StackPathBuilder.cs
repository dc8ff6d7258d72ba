using Faultline.Tracing.Replay;
using Faultline.Tracing.Session;
using Faultline.Tracing.Stacks;

namespace Faultline.Reporting;

/// <summary>From a replay's counters by stack to whole stacks with names.</summary>
public static class StackPathBuilder
{
    private const double PageBytes = 4096;

    /// <summary>Whom faults and pages belong to that no block was placed on.</summary>
    private static readonly StackFrameName s_allocator = new("glibc", "", "malloc's own headers", null, 0);

    /// <summary>By site, then in the order in which the stacks were first met: the same trace gives the same list.</summary>
    public static StackPaths Build(ReplayResult replay)
    {
        List<StackPath> paths = [];
        foreach (IGrouping<(int Site, int Stack), ReplayedStack> group in replay.Stacks.GroupBy(stack => (stack.Site, stack.Stack)))
        {
            CallSite site = replay.Names.Get(group.Key.Site);
            StackAmounts amounts = group.Aggregate(default(StackAmounts), (sum, stack) => sum + AmountsOf(stack));
            paths.Add(new(FramesOf(site, replay.StackNames.Walk(group.Key.Stack)), site, amounts));
        }

        StackAmounts rest = OfNoSite(replay);
        if (rest != default)
            paths.Add(new([s_allocator], null, rest));
        return new(paths, replay.Trace.Stacks);
    }

    private static StackAmounts AmountsOf(in ReplayedStack stack)
    {
        StackCounters counters = stack.Counters;
        double weight = stack.Weight;
        return new()
        {
            RequestedBytes = weight * counters.RequestedBytes,
            Blocks = weight * counters.Allocations,
            ResidentBytes = weight * counters.ResidentPages * PageBytes,
            MinorFaults = weight * counters.MinorFaults,
            TemporaryBytes = weight * counters.TemporaryBytes,
            TemporaryBlocks = weight * counters.Temporary,
            LeakedBytes = weight * counters.LiveBytes,
            LeakedBlocks = weight * counters.LiveBlocks,
        };
    }

    private static StackAmounts OfNoSite(ReplayResult replay)
    {
        ulong pages = replay.Sites.Aggregate(0UL, (sum, site) => sum + site.Counters.ResidentPages);
        return new() { MinorFaults = replay.Snapshot.AllocatorFaults, ResidentBytes = (replay.Snapshot.ResidentPages - pages) * PageBytes };
    }

    /// <summary>
    /// The innermost frame is where the call site is; of the two the site's line is the exact one. A method that was inlined has no frame: then the site comes behind its
    /// caller's.
    /// </summary>
    internal static List<StackFrameName> FramesOf(CallSite site, IEnumerable<StackFrameName> innermostFirst)
    {
        List<StackFrameName> frames = [.. innermostFirst];
        frames.Reverse();
        if (site.IsUnknown)
            return frames.Count > 0 ? frames : [new("", "", site.Display, null, 0)];
        StackFrameName place = new(site.Assembly, site.Type, site.Method, site.File, site.Line);
        if (frames.Count == 0)
            return site.Assembly.Length == 0 ? [place] : [new("", "", site.Assembly, null, 0), place];
        if (frames[^1].Method == place.Method && frames[^1].Type == place.Type)
            frames[^1] = place;
        else
            frames.Add(place);
        return frames;
    }
}
