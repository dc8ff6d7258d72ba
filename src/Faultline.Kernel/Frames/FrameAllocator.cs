// The page allocator (mm/page_alloc.c get_page_from_freelist, __alloc_pages_slowpath, 6.18): zones from the highest that will do
// down to DMA, a fast way while watermarks hold, a slow one that empties per-CPU lists before it gives up.

using System.Runtime.CompilerServices;
using Faultline.Kernel.Host;

namespace Faultline.Kernel;

[Flags]
internal enum AllocationFlags
{
    None = 0,

    /// <summary>Rather take from a lower zone than mix migratetypes in a pageblock.</summary>
    NoFragment = 1,

    /// <summary>Cannot wait (GFP_ATOMIC): may go below the minimum watermark and use HighAtomic blocks.</summary>
    Atomic = 2,

    /// <summary>Fails rather than empty the per-CPU lists: the caller can do with less (huge pages).</summary>
    NoRetry = 4,

    /// <summary>With <see cref="NoRetry"/>: compacts once before it fails.</summary>
    Compact = 8,

    /// <summary>With <see cref="NoRetry"/>: kswapd, and after it kcompactd, see to it that there are blocks of the order (__GFP_KSWAPD_RECLAIM).</summary>
    Daemons = 16,
}

internal sealed unsafe partial class FrameAllocator : IDisposable
{
    /// <summary>The frame number that stands for none.</summary>
    public const uint None = 0;

    private readonly ReservedMemory _frameMemory;
    private readonly ReservedMemory _pageblockMemory;
    private readonly VmStat _stat;
    private readonly Zone[] _zones;
    private readonly Zone _preferred;

    /// <summary>The highest zone for what the kernel keeps for itself: not HighMem.</summary>
    private readonly Zone _kernelPreferred;
    private readonly uint _lastZoneStart;
    private readonly uint _preferredStart;
    private readonly uint _preferredPages;

    public FrameAllocator(ZoneRange[] ranges, int cpus, bool hugePages, VmStat stat)
    {
        uint end = ranges.Max(range => range.End);
        ulong blocks = (end >> Order.Max) + 2;
        EndFrame = (uint)(blocks << Order.Max);
        uint folded = ranges[^1].IsHighMem ? FoldedTables.Capacity : 0;
        _frameMemory = new ReservedMemory((EndFrame + folded) * (ulong)sizeof(Frame));
        _pageblockMemory = new ReservedMemory(blocks * 2);
        _stat = stat;
        Frames = (Frame*)_frameMemory.Start;
        Pageblocks = new Pageblocks(_pageblockMemory.Start);
        _zones = [.. ranges.Select((range, index) => new Zone(index, range, Frames, Pageblocks, cpus, stat))];
        _preferred = _zones.Last(zone => zone.IsPopulated);
        _kernelPreferred = _zones.Last(zone => zone.IsPopulated && !zone.Range.IsHighMem);
        _lastZoneStart = ranges[^1].Start;
        (_preferredStart, _preferredPages) = (_preferred.Range.Start, _preferred.Range.End - _preferred.Range.Start);
        SetLimits(hugePages);
    }

    public Frame* Frames { get; }

    /// <summary>Above the frame numbers of all memory.</summary>
    public uint EndFrame { get; }

    public Pageblocks Pageblocks { get; }

    public ReadOnlySpan<Zone> Zones => _zones;

    public ulong ManagedPages { get; private set; }

    public ulong MinFreeKbytes { get; private set; }

    /// <summary>Pages in the buddy system; those on per-CPU lists are not free in this sense, as in Linux.</summary>
    public ulong FreePages => _stat[VmEvent.nr_free_pages];

    /// <summary>The machine whose memory is reclaimed when frames run short; an allocator alone reclaims nothing.</summary>
    public Machine? Machine { get; set; }

    /// <summary>Index of the zone that processes' requests are served from first.</summary>
    public int PreferredZone => _preferred.Index;

    /// <summary>Frames given back so far (pgfree).</summary>
    public ulong FreedPages => _stat[VmEvent.pgfree];

    /// <summary>One page, or <see cref="None"/>; <paramref name="requester"/> waits for it, and may be killed for it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint AllocatePage(int cpu, Migratetype type, Process? requester = null)
    {
        uint pfn = TakePage(cpu, type, requester);
        Frames[pfn] = new Frame { Flags = FrameFlags.Allocated };
        return pfn;
    }

    /// <summary>As <see cref="AllocatePage"/>, but the caller has to write the frame's record. For <see cref="None"/> there is a record too, which means nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint TakePage(int cpu, Migratetype type, Process? requester)
    {
        Zone zone = TopFor(type);
        if (!zone.BelowHigh && zone.Free.FreePages > zone.FastMark)
        {
            uint pfn = zone.TakeListedPage(cpu, type);
            if (pfn != None)
            {
                _stat[VmEvent.pgalloc_dma + zone.EventOffset]++;
                return pfn;
            }
        }

        return Allocate(cpu, 0, type, AllocationFlags.None, requester);
    }

    /// <summary>A processor's lists in the zone that processes' pages come from, where pages can be taken off them unasked; null where limits are to be looked at.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public PerCpuLists* ListsAtHand(int cpu) =>
        !_preferred.BelowHigh && _preferred.Free.FreePages > _preferred.FastMark ? _preferred.ListsFor(cpu) : null;

    /// <summary>So many single pages were taken from <see cref="ListsAtHand"/>.</summary>
    public void NoteTaken(ulong pages) => _stat[VmEvent.pgalloc_dma + _preferred.EventOffset] += pages;

    /// <summary>A processor's lists in that zone, and how many of its movable pages can be added before some go back.</summary>
    public PerCpuLists* ListsFor(int cpu, out int room)
    {
        PerCpuLists* lists = _preferred.ListsFor(cpu);
        room = lists->Room(_preferred.BelowHigh);
        return lists;
    }

    /// <summary>True for a page that goes back to the movable list of <see cref="ListsFor"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsMovableOfPreferred(uint pfn) =>
        pfn - _preferredStart < _preferredPages && Pageblocks.TypeOf(pfn) == Migratetype.Movable;

    /// <summary>A block of 2^order pages, aligned to its size, or <see cref="None"/>.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public uint Allocate(int cpu, int order, Migratetype type, AllocationFlags flags, Process? requester = null)
    {
        AllocationFlags first = TopFor(type).Index == 2 && !_preferred.Range.IsHighMem ? flags | AllocationFlags.NoFragment : flags;
        bool daemons = order != 0 && (flags & (AllocationFlags.NoRetry | AllocationFlags.Daemons)) != AllocationFlags.NoRetry;
        if (daemons)
            Machine?.Kcompactd.Run();
        uint pfn = TryZones(cpu, order, type, first, useMin: false);
        if (pfn != None)
            return pfn;
        Machine?.Reclaimer.WakeKswapd(daemons ? order : 0);
        pfn = TryZones(cpu, order, type, flags, useMin: true);
        if (pfn == None && (flags & (AllocationFlags.Atomic | AllocationFlags.NoRetry)) == 0)
            pfn = AllocateSlowly(cpu, order, type, flags, requester);
        else if (pfn == None && (flags & AllocationFlags.Compact) != 0)
            pfn = CompactFor(cpu, order, type, flags, sync: false);
        return pfn;
    }

    /// <summary>Makes 2^order blocks of one frame out of a block that was handed out (split_page): they are freed one by one.</summary>
    public void SplitHandedOut(uint first, int order)
    {
        for (uint pfn = first; pfn < first + (1u << order); pfn++)
            Frames[pfn] = new Frame { Flags = FrameFlags.Allocated };
    }

    public void Free(int cpu, uint pfn, int order)
    {
        Zone zone = ZoneOf(pfn);
        _stat[VmEvent.pgfree] += 1UL << order;
        if (PerCpuLists.Keeps(order))
        {
            zone.FreeListed(cpu, pfn, order);
            return;
        }

        Frames[pfn] = default;
        zone.FreeBlock(pfn, order);
    }

    public Zone ZoneOf(uint pfn) => _zones[pfn >= _lastZoneStart ? 2 : pfn >= PhysicalLayout.DmaEnd ? 1 : 0];

    public void Dispose()
    {
        foreach (Zone zone in _zones)
            zone.Dispose();
        _pageblockMemory.Dispose();
        _frameMemory.Dispose();
    }

    /// <summary>The zone that requests are served from first: memory of processes can lie where the kernel does not map it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Zone TopFor(Migratetype type) => type == Migratetype.Movable ? _preferred : _kernelPreferred;

    private void SetLimits(bool hugePages)
    {
        ulong[] managed = [.. _zones.Select(zone => (ulong)zone.Range.Managed)];
        ulong[] lowmem = [.. _zones.Where(zone => !zone.Range.IsHighMem).Select(zone => (ulong)zone.Range.Managed)];
        ulong lowmemPages = 0;
        foreach (ulong pages in managed)
            ManagedPages += pages;
        foreach (ulong pages in lowmem)
            lowmemPages += pages;
        MinFreeKbytes = Watermarks.MinFreeKbytes(lowmem, hugePages);
        ulong[][] reserve = Watermarks.LowmemReserve(managed, _zones[^1].Range.IsHighMem);
        foreach (Zone zone in _zones)
            zone.SetLimits(Watermarks.For(zone.Range.Managed, lowmemPages, MinFreeKbytes, zone.Range.IsHighMem), reserve[zone.Index]);
    }

    private uint TryZones(int cpu, int order, Migratetype type, AllocationFlags flags, bool useMin)
    {
        int top = TopFor(type).Index;
        while (true)
        {
            for (int index = top; index >= 0; index--)
            {
                Zone zone = _zones[index];
                if (!zone.IsPopulated || !MayTake(zone, order, flags, useMin, top))
                    continue;
                uint pfn = zone.Allocate(cpu, order, type, flags);
                if (pfn != None)
                    return HandOut(zone, pfn, order);
            }

            if ((flags & AllocationFlags.NoFragment) == 0)
                return None;
            flags &= ~AllocationFlags.NoFragment;
        }
    }

    private static bool MayTake(Zone zone, int order, AllocationFlags flags, bool useMin, int top)
    {
        if (!zone.BelowHigh)
        {
            if (zone.WatermarkAllows(zone.Watermarks.High, order, top, flags))
                return true;
            zone.BelowHigh = true;
        }

        return zone.WatermarkAllows(useMin ? zone.Watermarks.Min : zone.Watermarks.Low, order, top, flags);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint HandOut(Zone zone, uint pfn, int order)
    {
        Frames[pfn] = new Frame { Order = (byte)order, Flags = FrameFlags.Allocated };
        _stat[VmEvent.pgalloc_dma + zone.EventOffset] += 1UL << order;
        return pfn;
    }
}
