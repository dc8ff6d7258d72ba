// The LRU lists of one node or of one memory cgroup (struct lruvec, include/linux/mmzone.h; include/linux/mm_inline.h, 6.18).
//
//   pages come in at the head ─► inactive ─► reclaimed from the tail
//                                   ▲ │ used twice
//            aged from the tail     │ ▼
//                                 active ◄─ head              anonymous (swap-backed) and file memory each; unevictable beside them

using System.Runtime.CompilerServices;

namespace Faultline.Kernel;

/// <summary>enum lru_list: bit 0 active, bit 1 file.</summary>
internal enum LruList
{
    InactiveAnon,
    ActiveAnon,
    InactiveFile,
    ActiveFile,
    Unevictable,
}

/// <summary>Doubly linked lists through <see cref="Frame.Next"/> and <see cref="Frame.Previous"/>; frame 0 is none. Sizes are in pages.</summary>
internal sealed unsafe class Lruvec
{
    public const int Lists = 5;

    private readonly Frame* _frames;
    private readonly VmStat _stat;
    private readonly Ends[] _memory = GC.AllocateArray<Ends>(Lists, pinned: true);
    private readonly Ends* _lists;
    private readonly Lruvec _root;
    private readonly bool _ofGroup;
    private CgroupCounts _counts;

    public Lruvec(Frame* frames, VmStat stat, ushort cgroup, Lruvec? root)
    {
        _root = root ?? this;
        _ofGroup = root != null;
        Cgroup = cgroup;
        _frames = frames;
        _stat = stat;
        _lists = (Ends*)Unsafe.AsPointer(ref _memory[0]);
    }

    /// <summary>Number of the memory cgroup whose pages these are; 0: of none.</summary>
    public ushort Cgroup { get; }

    /// <summary>Evictions and activations so far: the clock of <see cref="Workingset"/>.</summary>
    public ulong NonresidentAge { get; set; } = 1;

    /// <summary>What reclaim has lately cost, anonymous memory and files.</summary>
    public ulong[] Cost { get; } = new ulong[2];

    /// <summary>What happened to its pages, for memory.stat of the cgroup.</summary>
    public ref CgroupCounts Counts => ref _counts;

    /// <summary>Pages that came back active, anonymous and of files.</summary>
    public ulong[] Activations { get; } = new ulong[2];

    /// <summary>Sizes and <see cref="Activations"/> as they were when statistics were last added up; see <see cref="Lru.AddUp"/>.</summary>
    public ulong[] LateSizes { get; } = new ulong[Lists];

    public ulong[] LateActivations { get; } = new ulong[2];

    /// <summary>What <see cref="LateActivations"/> were when reclaim last ended.</summary>
    public ulong[] ActivationsSeen { get; } = new ulong[2];

    /// <summary>
    /// Pages on a list. The machine's gauge counts those of all lists of the kind; the root counts only what the cgroups have of it, so
    /// that nothing else need be counted where there are none.
    /// </summary>
    public ulong Size(LruList list) => _ofGroup ? _lists[(int)list].Pages : _stat[VmEvent.nr_inactive_anon + (int)list] - _lists[(int)list].Pages;

    /// <summary>The page that is looked at next; 0 if there is none.</summary>
    public uint Last(LruList list) => _lists[(int)list].Tail;

    public uint First(LruList list) => _lists[(int)list].Head;

    /// <summary>The list that a page's flags put it on (folio_lru_list).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LruList ListOf(FrameFlags flags)
    {
        if ((flags & FrameFlags.Unevictable) != 0)
            return LruList.Unevictable;
        int list = (flags & FrameFlags.SwapBacked) != 0 ? (int)LruList.InactiveAnon : (int)LruList.InactiveFile;
        return (LruList)(list + ((flags & FrameFlags.Active) != 0 ? 1 : 0));
    }

    /// <summary>To the head of the list that its flags name.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(uint pfn)
    {
        ref Frame frame = ref _frames[pfn];
        LruList list = ListOf(frame.Flags);
        frame.Flags |= FrameFlags.Lru;
        Ends* ends = _lists + (int)list;
        uint old = ends->Head;
        frame.Next = old;
        frame.Previous = 0;
        ends->Head = pfn;
        if (old == 0)
            ends->Tail = pfn;
        else
            _frames[old].Previous = pfn;
        Count(list, 1L << frame.Order);
    }

    /// <summary>To the tail: it is looked at next.</summary>
    public void AddLast(uint pfn)
    {
        ref Frame frame = ref _frames[pfn];
        LruList list = ListOf(frame.Flags);
        frame.Flags |= FrameFlags.Lru;
        Ends* ends = _lists + (int)list;
        uint old = ends->Tail;
        frame.Previous = old;
        frame.Next = 0;
        ends->Tail = pfn;
        if (old == 0)
            ends->Head = pfn;
        else
            _frames[old].Next = pfn;
        Count(list, 1L << frame.Order);
    }

    /// <summary>Takes a page off its list; before its flags or its order change.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Remove(uint pfn)
    {
        ref Frame frame = ref _frames[pfn];
        LruList list = ListOf(frame.Flags);
        Ends* ends = _lists + (int)list;
        (uint next, uint previous) = (frame.Next, frame.Previous);
        if (previous == 0)
            ends->Head = next;
        else
            _frames[previous].Next = next;
        if (next == 0)
            ends->Tail = previous;
        else
            _frames[next].Previous = previous;
        frame.Flags &= ~FrameFlags.Lru;
        Count(list, -(1L << frame.Order));
    }

    /// <summary>Single pages were put before the head of a list, linked among each other and to it: <paramref name="first"/> came first, <paramref name="last"/> is the head now.</summary>
    public void NoteAdded(LruList list, uint first, uint last, int pages)
    {
        Ends* ends = _lists + (int)list;
        if (ends->Head == 0)
            ends->Tail = first;
        else
            _frames[ends->Head].Previous = first;
        _frames[last].Previous = 0;
        ends->Head = last;
        Count(list, pages);
    }

    /// <summary>What stood between two pages of a list (0: its head, its tail) is gone from it, and will be counted by <see cref="NoteRemoved"/>.</summary>
    public void Unlink(LruList list, uint before, uint behind)
    {
        Ends* ends = _lists + (int)list;
        if (before == 0)
            ends->Head = behind;
        else
            _frames[before].Next = behind;
        if (behind == 0)
            ends->Tail = before;
        else
            _frames[behind].Previous = before;
    }

    public void NoteRemoved(LruList list, int pages) => Count(list, -pages);

    /// <summary>Throws <see cref="InvalidOperationException"/> unless links, marks and sizes agree; <paramref name="visit"/> sees each page.</summary>
    public void CheckInvariants(Action<uint> visit)
    {
        for (int list = 0; list < Lists; list++)
        {
            ulong pages = 0;
            uint previous = 0;
            for (uint pfn = _lists[list].Head; pfn != 0; previous = pfn, pfn = _frames[pfn].Next)
            {
                Frame frame = _frames[pfn];
                if ((frame.Flags & FrameFlags.Lru) == 0 || (int)ListOf(frame.Flags) != list || frame.Previous != previous || frame.Cgroup != Cgroup)
                    throw new InvalidOperationException($"frame {pfn} on list {(LruList)list} of cgroup {Cgroup} is {frame.Flags}, of cgroup {frame.Cgroup}, after {frame.Previous} instead of {previous}");
                pages += 1UL << frame.Order;
                visit(pfn);
            }

            if (_lists[list].Tail != previous || Size((LruList)list) != pages)
                throw new InvalidOperationException($"list {(LruList)list} of cgroup {Cgroup} holds {pages} pages and ends at {previous}; {Size((LruList)list)} are counted, ending at {_lists[list].Tail}");
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Count(LruList list, long pages)
    {
        _stat[VmEvent.nr_inactive_anon + (int)list] += (ulong)pages;
        if (_ofGroup)
            CountOfGroup(list, pages);
    }

    private void CountOfGroup(LruList list, long pages)
    {
        _lists[(int)list].Pages += (ulong)pages;
        _root._lists[(int)list].Pages += (ulong)pages;
    }

    private struct Ends
    {
        public uint Head;
        public uint Tail;
        public ulong Pages;
    }
}
