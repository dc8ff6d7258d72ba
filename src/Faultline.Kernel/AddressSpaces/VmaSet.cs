// The areas of one process, ordered by address (mm/vma.c, 6.18; Linux keeps them in a maple tree). Here they are one sorted
// array outside the GC heap: a process has few areas since neighbours merge, and a search in it touches few cache lines.

using System.Runtime.CompilerServices;

namespace Faultline.Kernel;

/// <summary>Ordered, disjoint, maximally merged areas. Not thread safe.</summary>
internal sealed unsafe class VmaSet
{
    /// <summary>vm.max_map_count.</summary>
    public const int MaxMapCount = 65530;

    /// <summary>Room for areas: a change may make some more than are allowed to stay.</summary>
    public const int Capacity = MaxMapCount + 16;

    private readonly Vma* _areas;
    private ulong _peakPages;
    private readonly FileAreaChanges _changes;
    private bool _mapsFiles;

    private readonly KmemCache _cache;
    private readonly AnonVmas _reverse;
    private readonly int _cpu;
    private int _longestChain;

    /// <summary>Keeps its areas in memory with room for <see cref="Capacity"/> of them, and takes their objects from a cache, on a processor.</summary>
    public VmaSet(FileAreaChanges changes, KmemCache cache, AnonVmas reverse, int cpu, Vma* areas)
    {
        (_changes, _cache, _reverse, _cpu) = (changes, cache, reverse, cpu);
        _areas = areas;
    }

    public int Count { get; private set; }

    /// <summary>The most areas there ever were.</summary>
    public int PeakCount { get; private set; }

    public ulong TotalPages { get; private set; }

    /// <summary>The most that <see cref="TotalPages"/> ever was, taken before pages go.</summary>
    public ulong PeakPages => Math.Max(_peakPages, TotalPages);

    public ref Vma this[int index] => ref _areas[index];

    /// <summary>True if kernel memory for this many more areas can be had: to be asked before a change that may add some. False is ENOMEM.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool MayAdd(int count) => _cache.Ensure(_cpu, count) && (_longestChain == 0 || _reverse.MayLink(_cpu, count * _longestChain));

    /// <summary>Gives an area its reverse map, a neighbour's or a new one. False when kernel memory ran out.</summary>
    public bool TryPrepare(int index, AnonVma* neighbour)
    {
        _longestChain = Math.Max(_longestChain, 1);
        return _reverse.TryPrepare(ref _areas[index], neighbour, _cpu);
    }

    /// <summary>Index of the first area that ends above the address (it may start above it too); Count if there is none.</summary>
    public int FindIndex(ulong address)
    {
        int low = 0, high = Count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (_areas[middle].End > address)
                high = middle;
            else
                low = middle + 1;
        }

        return low;
    }

    /// <summary>Index of the area that holds the address, or -1.</summary>
    public int Find(ulong address)
    {
        int index = FindIndex(address);
        return index < Count && _areas[index].Start <= address ? index : -1;
    }

    public bool IsFree(ulong start, ulong end)
    {
        int index = FindIndex(start);
        return index == Count || _areas[index].Start >= end;
    }

    /// <summary>End of the last area that begins below the address, or 0: with <see cref="StartAbove"/> the hole around a free range.</summary>
    public ulong EndBelow(ulong start)
    {
        int index = FindIndex(start);
        return index == 0 ? 0 : _areas[index - 1].End;
    }

    /// <summary>Start of the first area at or above the address, or <paramref name="otherwise"/>.</summary>
    public ulong StartAbove(ulong end, ulong otherwise)
    {
        int index = FindIndex(end);
        return index == Count ? otherwise : Math.Max(_areas[index].Start, end);
    }

    /// <summary>Adds an area over free space and merges it with its neighbours.</summary>
    public void Add(in Vma area)
    {
        Insert(FindIndex(area.Start), area);
        TotalPages += area.Pages;
        MergeAround(area.Start, area.End);
    }

    /// <summary>Grows an area upwards into free space, bytes, and merges it with what it now touches.</summary>
    public void Extend(int index, ulong growth)
    {
        _areas[index].End += growth;
        NoteChange();
        TotalPages += growth >> PageSize.Shift;
        MergeAround(_areas[index].Start, _areas[index].End);
    }

    /// <summary>Removes everything in the range, splitting the areas that cross its ends.</summary>
    public void RemoveRange(ulong start, ulong end)
    {
        Split(start);
        Split(end);
        int first = FindIndex(start);
        int last = first;
        _peakPages = PeakPages;
        for (; last < Count && _areas[last].End <= end; last++)
            TotalPages -= _areas[last].Pages;
        RemoveAt(first, last - first);
    }

    /// <summary>Makes the address a boundary if it lies inside an area. Until <see cref="MergeAround"/> the set is not maximally merged.</summary>
    public void Split(ulong address)
    {
        int index = Find(address);
        if (index < 0 || _areas[index].Start == address)
            return;
        Vma upper = _areas[index].From(address);
        _areas[index].End = address;
        Insert(index + 1, upper);
    }

    /// <summary>True if taking the range out leaves a piece of one area on either side of it.</summary>
    public bool IsMiddleOfOne(ulong start, ulong end)
    {
        int index = Find(start);
        return index >= 0 && _areas[index].Start < start && _areas[index].End > end;
    }

    /// <summary>Pages of the range that are charged against the commit limit.</summary>
    public ulong AccountedPages(ulong start, ulong end)
    {
        ulong pages = 0;
        for (int i = FindIndex(start); i < Count && _areas[i].Start < end; i++)
            if ((_areas[i].Flags & VmaFlags.Accounted) != 0)
                pages += (Math.Min(end, _areas[i].End) - Math.Max(start, _areas[i].Start)) >> PageSize.Shift;
        return pages;
    }

    /// <summary>Joins, from left to right, what has become equal from the area before the range to the one after it.</summary>
    public void MergeAround(ulong start, ulong end)
    {
        int index = Math.Max(FindIndex(start) - 1, 0);
        while (index + 1 < Count && _areas[index].Start <= end)
        {
            ref Vma left = ref _areas[index];
            ref Vma right = ref _areas[index + 1];
            if (!left.ContinuesInto(right))
            {
                index++;
                continue;
            }

            left.End = right.End;
            if (left.AnonVma == null)
                left.TakeChain(ref right);
            RemoveAt(index + 1, 1);
        }
    }

    /// <summary>Becomes a copy of another set, that of a parent. False when kernel memory ran out; this set is empty then.</summary>
    public bool TryCopy(VmaSet other)
    {
        for (; Count < other.Count; Count++)
        {
            ref Vma area = ref _areas[Count];
            area = other._areas[Count];
            area.Object = _cache.Allocate(_cpu);
            if (area.Object == 0 || !_reverse.TryFork(ref area, other._areas[Count], _cpu))
            {
                if (area.Object != 0)
                    _cache.Free(_cpu, area.Object);
                Clear();
                return false;
            }
        }

        PeakCount = Count;
        TotalPages = other.TotalPages;
        _longestChain = other._longestChain == 0 ? 0 : other._longestChain + 1;
        _mapsFiles = other._mapsFiles;
        NoteChange();
        return true;
    }

    public void Clear()
    {
        NoteChange();
        for (int i = 0; i < Count; i++)
            Drop(ref _areas[i]);
        Count = 0;
        _peakPages = PeakPages;
        TotalPages = 0;
    }

    /// <summary>Forgets the areas; their objects go with the machine.</summary>
    public void Abandon()
    {
        Count = 0;
        TotalPages = 0;
    }

    /// <summary>Throws <see cref="InvalidOperationException"/> unless ordered, disjoint, page aligned, not empty, merged, and the total right.</summary>
    public void CheckInvariants()
    {
        ulong total = 0;
        for (int i = 0; i < Count; i++)
        {
            ref Vma area = ref _areas[i];
            total += area.Pages;
            if (area.Start >= area.End || ((area.Start | area.End) & PageSize.Mask) != 0)
                throw new InvalidOperationException($"area {i} is malformed: {area}");
            if (i > 0 && _areas[i - 1].End > area.Start)
                throw new InvalidOperationException($"areas {i - 1} and {i} overlap or are out of order: {_areas[i - 1]}, {area}");
            if (i > 0 && _areas[i - 1].ContinuesInto(area))
                throw new InvalidOperationException($"areas {i - 1} and {i} should be one: {_areas[i - 1]}, {area}");
        }

        if (total != TotalPages)
            throw new InvalidOperationException($"areas hold {total} pages, {TotalPages} are counted");
    }

    private void Insert(int index, Vma area)
    {
        if (Count >= Capacity)
            throw new InvalidOperationException($"{Count} areas: the caller did not check max_map_count");
        Buffer.MemoryCopy(_areas + index, _areas + index + 1, (Capacity - index - 1) * (long)sizeof(Vma), (Count - index) * (long)sizeof(Vma));
        area.Object = _cache.Allocate(_cpu);
        if (area.Object == 0 || (area.Chain != null && !_reverse.TryClone(ref area, area, _cpu)))
            throw new InvalidOperationException("no kernel memory for an area: the caller did not ask for it");
        _areas[index] = area;
        PeakCount = Math.Max(PeakCount, ++Count);
        _mapsFiles |= area.File != 0;
        NoteChange();
    }

    private void RemoveAt(int index, int count)
    {
        for (int i = index; i < index + count; i++)
            Drop(ref _areas[i]);
        Buffer.MemoryCopy(_areas + index + count, _areas + index, (Count - index) * (long)sizeof(Vma), (Count - index - count) * (long)sizeof(Vma));
        Count -= count;
        NoteChange();
    }

    private void Drop(ref Vma area)
    {
        _reverse.Unlink(ref area, _cpu);
        _cache.Free(_cpu, area.Object);
    }

    /// <summary>Reverse maps of files were made of areas as they were.</summary>
    private void NoteChange()
    {
        if (_mapsFiles)
            _changes.Count++;
    }
}
