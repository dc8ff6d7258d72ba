// Putting pages on LRU lists, taking them off, and noting their use (mm/swap.c folio_add_lru, folio_mark_accessed, 6.18). Linux
// gathers pages on the processor before it does so; here it happens at once, which is what reclaim sees as it first empties
// what was gathered.

using System.Runtime.CompilerServices;

namespace Faultline.Kernel;

/// <summary>The LRU lists of a machine: those of its node, later those of its memory cgroups.</summary>
internal sealed unsafe class Lru(Frame* frames, VmStat stat)
{
    private readonly Lruvec _root = new(frames, stat);
    private readonly VmStat _stat = stat;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Lruvec VectorOf(uint pfn) => _root;

    /// <summary>A page comes under the kernel's eye: to the head of the list that its flags name.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(uint pfn) => VectorOf(pfn).Add(pfn);

    /// <summary>Takes a page off its list if it is on one; to be called before it is freed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Remove(uint pfn)
    {
        if ((frames[pfn].Flags & FrameFlags.Lru) != 0)
            VectorOf(pfn).Remove(pfn);
    }

    /// <summary>
    /// The kernel itself used the page, as read(2) does (folio_mark_accessed): inactive becomes referenced, inactive and
    /// referenced becomes active, active becomes referenced.
    /// </summary>
    public void MarkAccessed(uint pfn)
    {
        ref Frame frame = ref frames[pfn];
        if ((frame.Flags & FrameFlags.Referenced) == 0)
            frame.Flags |= FrameFlags.Referenced;
        else if ((frame.Flags & (FrameFlags.Active | FrameFlags.Unevictable)) == 0)
            Activate(pfn);
    }

    /// <summary>To the head of the active list of its kind (folio_activate); what was noted of its use is used up.</summary>
    public void Activate(uint pfn)
    {
        ref Frame frame = ref frames[pfn];
        Lruvec vector = VectorOf(pfn);
        bool listed = (frame.Flags & FrameFlags.Lru) != 0;
        if (listed)
            vector.Remove(pfn);
        frame.Flags = (frame.Flags | FrameFlags.Active) & ~FrameFlags.Referenced;
        if (listed)
        {
            vector.Add(pfn);
            _stat[VmEvent.pgactivate] += 1UL << frame.Order;
        }
    }

    /// <summary>Throws <see cref="InvalidOperationException"/> unless the lists are sound and the gauges are their sizes; <paramref name="visit"/> sees each page.</summary>
    public void CheckInvariants(Action<uint> visit)
    {
        _root.CheckInvariants(0, visit);
        for (int list = 0; list < Lruvec.Lists; list++)
            if (_stat[VmEvent.nr_inactive_anon + list] != _root.Size((LruList)list))
                throw new InvalidOperationException($"{VmEvent.nr_inactive_anon + list} is {_stat[VmEvent.nr_inactive_anon + list]}, the list holds {_root.Size((LruList)list)} pages");
    }
}
