using Faultline.Tracing.Events;
using Faultline.Tracing.Replay;

namespace Faultline.Tracing.Inspection;

/// <summary>Follows the blocks of a trace from allocation to release, by the addresses that the trace gives them, for what each site's blocks were like.</summary>
internal sealed class BlockHistory
{
    private readonly record struct Birth(ulong Event, int Site);

    private readonly Dictionary<ulong, Birth> _live = [];
    private readonly Dictionary<int, SiteHistory> _sites = [];

    public IReadOnlyDictionary<int, SiteHistory> Sites => _sites;

    /// <param name="e">An event that the replay carried out.</param>
    /// <param name="number">Its number in the trace.</param>
    /// <param name="site">The site that its blocks are counted at.</param>
    public void Follow(in TraceEvent e, ulong number, int site)
    {
        if ((e.Flags & TraceEventFlags.Foreign) != 0)
            return;
        switch (e.Kind)
        {
            case TraceEventKind.Malloc or TraceEventKind.Memalign or TraceEventKind.PosixMemalign:
                Allocate(e, number, site, e.Size - Math.Min(e.Argument, e.Size));
                break;
            case TraceEventKind.Calloc:
                Allocate(e, number, site, e.Size * e.Second);
                break;
            case TraceEventKind.Realloc:
                if (e.Address != 0 || e.Size == 0)
                    Release(e.OldAddress, number);
                Allocate(e, number, site, e.Size - Math.Min(e.Argument, e.Size));
                break;
            case TraceEventKind.Free:
                Release(e.Address, number);
                break;
        }
    }

    private void Allocate(in TraceEvent e, ulong number, int site, ulong bytes)
    {
        if (e.Address == 0)
            return;
        // Handed out while it lives: its free is missing from the trace.
        Release(e.Address, number);
        _live[e.Address] = new(number, site);
        Of(site).Allocated(bytes);
    }

    private void Release(ulong address, ulong number)
    {
        if (address != 0 && _live.Remove(address, out Birth birth))
            Of(birth.Site).Released(number - birth.Event);
    }

    private SiteHistory Of(int site)
    {
        if (!_sites.TryGetValue(site, out SiteHistory? history))
            _sites.Add(site, history = new SiteHistory());
        return history;
    }
}
