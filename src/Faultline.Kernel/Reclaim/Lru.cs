// Putting pages on LRU lists, taking them off, and noting their use (mm/swap.c folio_add_lru, folio_mark_accessed, lru_note_cost,
// 6.18). Linux gathers pages on the processor before it does so; here it happens at once, which is what reclaim sees as it first
// empties what was gathered.

using System.Runtime.CompilerServices;

namespace Faultline.Kernel;

/// <summary>The LRU lists of a machine: number 0 is the node's, the others are those of the memory cgroups by their numbers.</summary>
internal sealed unsafe class Lru
{
    private const ulong AddUpEvery = 2 * MachineClock.NanosecondsPerSecond;

    private readonly Frame* _frames;
    private readonly VmStat _stat;
    private readonly List<Lruvec> _vectors = [];
    private ulong _addUpAt;

    public Lru(Frame* frames, VmStat stat)
    {
        _frames = frames;
        _stat = stat;
        Root = AddVector();
    }

    /// <summary>Pages of no cgroup; as the target of reclaim it stands for all.</summary>
    public Lruvec Root { get; }

    public IReadOnlyList<Lruvec> Vectors => _vectors;

    /// <summary>The lists of a new cgroup; its number is that of the answer.</summary>
    public Lruvec AddVector()
    {
        var vector = new Lruvec(_frames, _stat, (ushort)_vectors.Count, _vectors.Count == 0 ? null : Root);
        _vectors.Add(vector);
        return vector;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Lruvec VectorOf(uint pfn) => _frames[pfn].Cgroup == 0 ? Root : _vectors[_frames[pfn].Cgroup];

    public Lruvec VectorOfGroup(ushort cgroup) => _vectors[cgroup];

    /// <summary>Pages on a list, for the root those of all cgroups too, as they were when statistics were last added up.</summary>
    public static ulong LateSize(Lruvec vector, LruList list) => vector.LateSizes[(int)list];

    /// <summary>
    /// Adds up the statistics of cgroups, which each processor keeps for itself, as Linux does every two seconds (flush_memcg_stats_dwork,
    /// mm/memcontrol.c). What decides about ageing reads them and is that late: once the inactive list looks too short, it does so for two
    /// seconds, in which all active pages may become inactive.
    /// </summary>
    public void AddUp(ulong now)
    {
        if (now < _addUpAt)
            return;
        _addUpAt = now + AddUpEvery;
        foreach (Lruvec vector in _vectors)
        {
            for (int list = 0; list < Lruvec.Lists; list++)
                vector.LateSizes[list] = vector == Root ? _stat[VmEvent.nr_inactive_anon + list] : vector.Size((LruList)list);
            vector.Activations.CopyTo(vector.LateActivations, 0);
        }
    }

    /// <summary>A page comes under the kernel's eye: to the head of the list that its flags name.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(uint pfn) => VectorOf(pfn).Add(pfn);

    /// <summary>Takes a page off its list if it is on one; to be called before it is freed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Remove(uint pfn)
    {
        if ((_frames[pfn].Flags & FrameFlags.Lru) != 0)
            VectorOf(pfn).Remove(pfn);
    }

    /// <summary>To the tail of its inactive list, to be looked at next (lru_move_tail).</summary>
    public void Rotate(uint pfn)
    {
        Lruvec vector = VectorOf(pfn);
        vector.Remove(pfn);
        _frames[pfn].Flags &= ~FrameFlags.Active;
        vector.AddLast(pfn);
        _stat[VmEvent.pgrotated] += 1UL << _frames[pfn].Order;
    }

    /// <summary>
    /// The kernel itself used the page, as read(2) does (folio_mark_accessed): inactive becomes referenced, inactive and
    /// referenced becomes active, active becomes referenced.
    /// </summary>
    public void MarkAccessed(uint pfn)
    {
        ref Frame frame = ref _frames[pfn];
        if ((frame.Flags & FrameFlags.Referenced) == 0)
        {
            frame.Flags |= FrameFlags.Referenced;
        }
        else if ((frame.Flags & (FrameFlags.Active | FrameFlags.Unevictable)) == 0)
        {
            Activate(pfn);
            Age(VectorOf(pfn), 1UL << frame.Order);
        }
    }

    /// <summary>An active page goes to the head of its inactive list (folio_deactivate).</summary>
    public void Deactivate(uint pfn)
    {
        ref Frame frame = ref _frames[pfn];
        if ((frame.Flags & (FrameFlags.Lru | FrameFlags.Active | FrameFlags.Unevictable)) != (FrameFlags.Lru | FrameFlags.Active))
            return;
        Lruvec vector = VectorOf(pfn);
        vector.Remove(pfn);
        frame.Flags &= ~(FrameFlags.Active | FrameFlags.Referenced);
        vector.Add(pfn);
        _stat[VmEvent.pgdeactivate] += 1UL << frame.Order;
        vector.Counts.pgdeactivate += 1UL << frame.Order;
    }

    /// <summary>To the head of the active list of its kind (folio_activate); what was noted of its use is used up.</summary>
    public void Activate(uint pfn)
    {
        ref Frame frame = ref _frames[pfn];
        Lruvec vector = VectorOf(pfn);
        bool listed = (frame.Flags & FrameFlags.Lru) != 0;
        if (listed)
            vector.Remove(pfn);
        frame.Flags = (frame.Flags | FrameFlags.Active) & ~FrameFlags.Referenced;
        if (listed)
        {
            vector.Add(pfn);
            _stat[VmEvent.pgactivate] += 1UL << frame.Order;
            vector.Counts.pgactivate += 1UL << frame.Order;
        }
    }

    /// <summary>Pages were evicted or activated: what is outside of memory has become so much older (workingset_age_nonresident).</summary>
    public void Age(Lruvec vector, ulong pages)
    {
        vector.NonresidentAge += pages;
        if (vector != Root)
            Root.NonresidentAge += pages;
    }

    public void NoteActivation(Lruvec vector, int file)
    {
        vector.Activations[file]++;
        if (vector != Root)
            Root.Activations[file]++;
    }

    /// <summary>Reclaim of a kind was in vain or cost input and output (lru_note_cost): the other kind is to bear more.</summary>
    public void NoteCost(Lruvec vector, int file, ulong requests, ulong rotated)
    {
        const ulong Batch = 32;
        if ((requests * Batch) + rotated == 0)
            return;
        Charge(vector, file, (requests * Batch) + rotated);
        if (vector != Root)
            Charge(Root, file, (requests * Batch) + rotated);
    }

    /// <summary>Throws <see cref="InvalidOperationException"/> unless the lists are sound and the gauges are their sizes; <paramref name="visit"/> sees each page.</summary>
    public void CheckInvariants(Action<uint> visit)
    {
        foreach (Lruvec vector in _vectors)
            vector.CheckInvariants(visit);
        for (int list = 0; list < Lruvec.Lists; list++)
        {
            ulong pages = 0;
            foreach (Lruvec vector in _vectors)
                pages += vector.Size((LruList)list);
            if (_stat[VmEvent.nr_inactive_anon + list] != pages)
                throw new InvalidOperationException($"{VmEvent.nr_inactive_anon + list} is {_stat[VmEvent.nr_inactive_anon + list]}, the lists hold {pages} pages");
        }
    }

    /// <summary>The sums decay, so that what counts is the recent past: about a quarter of the lists' length.</summary>
    private void Charge(Lruvec vector, int file, ulong cost)
    {
        vector.Cost[file] += cost;
        ulong size = 0;
        for (int list = 0; list <= (int)LruList.ActiveFile; list++)
            size += LateSize(vector, (LruList)list);
        if (vector.Cost[0] + vector.Cost[1] > size / 4)
        {
            vector.Cost[0] /= 2;
            vector.Cost[1] /= 2;
        }
    }
}
