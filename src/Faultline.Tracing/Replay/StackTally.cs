using Faultline.Tracing.Session;

namespace Faultline.Tracing.Replay;

/// <summary>
/// What allocations of one origin did; blocks, bytes, faults and 4 KiB pages. Temporary are those that their thread freed before it
/// allocated again. Live = allocated less released.
/// </summary>
public struct StackCounters
{
    public ulong Allocations;
    public ulong RequestedBytes;
    public ulong Released;
    public ulong ReleasedRequestedBytes;
    public ulong Temporary;
    public ulong TemporaryBytes;
    public ulong MinorFaults;
    public ulong ResidentPages;

    public readonly ulong LiveBlocks => Allocations - Released;

    public readonly ulong LiveBytes => RequestedBytes - ReleasedRequestedBytes;
}

/// <summary>
/// What allocations by one call stack at one site did (<paramref name="Stack"/> 0: no stack was recorded, the site is all that is known).
/// Each stands for <paramref name="Weight"/> allocations: 1 unless stacks were sampled.
/// </summary>
public readonly record struct ReplayedStack(int Site, int Stack, double Weight, StackCounters Counters);

/// <summary>
/// Counters by origin, which is a site and a stack and, where stacks were sampled, the size, on which the weight depends. Origins are numbered
/// from <see cref="SessionLayout.SiteCapacity"/> on: numbers below are sites. Both can own pages (<see cref="PageOwners"/>).
/// </summary>
internal sealed class StackTally
{
    private readonly Dictionary<(int Site, int Stack, ulong Size), int> _numbers = [];
    private readonly List<(int Site, int Stack, ulong Size)> _origins = [];
    private StackCounters[] _counters = new StackCounters[64];

    public static bool IsOrigin(int owner) => owner >= SessionLayout.SiteCapacity;

    /// <summary>Whether allocations had stacks that were not counted by stack: more different ones than there are numbers.</summary>
    public bool IsFull { get; private set; }

    /// <summary>The origin's number; the site's where there is none left.</summary>
    public int OriginOf(int site, int stack, ulong size)
    {
        if (_numbers.TryGetValue((site, stack, size), out int number))
            return number;
        if (SessionLayout.SiteCapacity + _origins.Count > PageOwners.MostOwner)
        {
            IsFull = true;
            return site;
        }

        number = SessionLayout.SiteCapacity + _origins.Count;
        _numbers.Add((site, stack, size), number);
        _origins.Add((site, stack, size));
        if (_origins.Count > _counters.Length)
            Array.Resize(ref _counters, _counters.Length * 2);
        return number;
    }

    public int SiteOf(int origin) => _origins[origin - SessionLayout.SiteCapacity].Site;

    public ref StackCounters At(int origin) => ref _counters[origin - SessionLayout.SiteCapacity];

    /// <summary>All origins in the order in which they were first met.</summary>
    public IEnumerable<(int Site, int Stack, ulong Size, StackCounters Counters)> All()
    {
        for (int i = 0; i < _origins.Count; i++)
            yield return (_origins[i].Site, _origins[i].Stack, _origins[i].Size, _counters[i]);
    }
}
