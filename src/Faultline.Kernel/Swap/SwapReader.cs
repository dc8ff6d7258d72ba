// Reading pages from swap, and some of their neighbours with them (mm/swap_state.c swapin_readahead, swap_cluster_readahead,
// swap_vma_readahead, __swapin_nr_pages, 6.18). On a rotating disk the aligned block of slots around the one wanted is read; on a
// solid-state device the pages around it in the process. How many depends on how many pages read ahead were used lately.

using System.Numerics;

namespace Faultline.Kernel;

internal sealed unsafe class SwapReader(Machine machine)
{
    /// <summary>vm.page-cluster may not make VMA readahead larger than this power of two.</summary>
    private const int LargestVmaOrder = 5;

    private readonly Frame* _frames = machine.Frames.Frames;
    private readonly SwapArea _swap = machine.Swap;
    private readonly VmStat _stat = machine.Stat;
    private readonly List<uint> _reading = [];
    private int _hits = SwapWindow.InitialHits;
    private int _lastPages;
    private uint _previousSlot;

    /// <summary>Told of each page (frame, slot) that is read, for tests that keep contents.</summary>
    public Action<uint, uint>? WasRead { get; set; }

    /// <summary>The frame that holds the slot's page already, or none. A page that was read ahead counts as a hit once.</summary>
    public uint Lookup(uint slot, ref Vma area)
    {
        uint pfn = Lookup(slot, out bool wasReadAhead);
        if (wasReadAhead && _swap.Rotational)
            _hits++;
        else if (wasReadAhead)
            area.SwapWindow.Hit();
        return pfn;
    }

    /// <summary>The same for a page of shared memory, which belongs to no one area.</summary>
    public uint LookupShared(uint slot)
    {
        uint pfn = Lookup(slot, out bool wasReadAhead);
        _hits += wasReadAhead ? 1 : 0;
        return pfn;
    }

    /// <summary>Reads the page of a slot that a file in memory names, with the block of slots around it (shmem_swapin_cluster); none when memory could not be had.</summary>
    public uint ReadShared(Process process, uint slot)
    {
        ReadBlock(process, slot);
        return FinishReading(process, slot);
    }

    private uint Lookup(uint slot, out bool wasReadAhead)
    {
        machine.Reclaimer.EndWrites();
        uint pfn = _swap[slot].Cache;
        wasReadAhead = pfn != FrameAllocator.None && (_frames[pfn].Flags & FrameFlags.Reclaim) != 0;
        if (wasReadAhead)
        {
            _frames[pfn].Flags &= ~FrameFlags.Reclaim;
            _stat[VmEvent.swap_ra_hit]++;
        }

        return pfn;
    }

    /// <summary>Reads the page of a slot for a fault of a process at a page address; none when memory could not be had.</summary>
    public uint Read(Process process, uint slot, ulong page, ref Vma area)
    {
        if (_swap.Rotational)
            ReadBlock(process, slot);
        else
            ReadAround(process, slot, page, ref area);
        return FinishReading(process, slot);
    }

    private uint FinishReading(Process process, uint slot)
    {
        uint pfn = _swap[slot].Cache;
        if (pfn == FrameAllocator.None)
            pfn = Start(process, slot, readAhead: false);
        if (_reading.Count != 0)
            machine.SwapDevice.Read(_reading.Count);
        foreach (uint read in _reading)
            _frames[read].Flags &= ~FrameFlags.Locked;
        _reading.Clear();
        machine.Reclaimer.EndWrites();
        return pfn;
    }

    private void ReadBlock(Process process, uint slot)
    {
        int largest = 1 << machine.Options.PageCluster;
        if (largest == 1)
            return;
        int pages = WindowOf(_previousSlot, slot, _hits, largest, _lastPages);
        if (_hits == 0)
            _previousSlot = slot;
        _hits = 0;
        _lastPages = pages;
        uint mask = (uint)pages - 1;
        uint last = Math.Min(slot | mask, _swap.End - 1);
        for (uint at = Math.Max(slot & ~mask, 1); mask != 0 && at <= last; at++)
            if (_swap[at].Cache == 0 && _swap[at].Count != 0)
                Start(process, at, at != slot);
    }

    /// <summary>Neighbours in the area and under the same PMD entry, mostly in the direction in which the process goes.</summary>
    private void ReadAround(Process process, uint slot, ulong page, ref Vma area)
    {
        int largest = 1 << Math.Min(machine.Options.PageCluster, LargestVmaOrder);
        if (largest == 1)
            return;
        SwapWindow window = area.SwapWindow;
        ulong number = page >> PageSize.Shift;
        int pages = WindowOf(window.Page, number, window.Hits, largest, window.Pages);
        ulong before = number == window.Page + 1 ? 0 : window.Page == number + 1 ? (ulong)pages - 1 : (ulong)(pages - 1) / 2;
        area.SwapWindow = SwapWindow.After(number, pages);
        if (pages == 1)
            return;
        ulong table = number & ~(PageTables.Entries - 1UL);
        ulong left = number - Math.Min(before, number);
        ulong first = Math.Max(Math.Max(area.Start >> PageSize.Shift, table), left);
        ulong end = Math.Min(Math.Min(area.End >> PageSize.Shift, table + PageTables.Entries), left + (ulong)pages);
        for (ulong at = first; at < end; at++)
        {
            ulong* entry = process.PageTables.Peek(at << PageSize.Shift);
            if (entry == null || !Pte.IsSwap(*entry))
                continue;
            uint neighbour = Pte.SwapSlot(*entry);
            if (_swap[neighbour].Cache == 0)
                Start(process, neighbour, neighbour != slot);
        }
    }

    /// <summary>A window that pays grows to a power of two; one without hits is a single page unless slots follow each other; none shrinks by more than half.</summary>
    private static int WindowOf(ulong previous, ulong wanted, int hits, int largest, int lastPages)
    {
        int pages = hits + 2;
        if (hits != 0)
            pages = Math.Max(4, (int)BitOperations.RoundUpToPowerOf2((uint)pages));
        else if (wanted != previous + 1 && wanted != previous - 1)
            pages = 1;
        return Math.Max(Math.Min(pages, largest), lastPages / 2);
    }

    /// <summary>A frame for the slot's page, in the swap cache and on its way in; none when memory could not be had.</summary>
    private uint Start(Process process, uint slot, bool readAhead)
    {
        MemoryCgroup? group = machine.CgroupOf(_swap[slot].Cgroup) ?? process.Cgroup;
        uint pfn = machine.AllocatePage(process, group, Migratetype.Movable);
        if (pfn == FrameAllocator.None)
            return pfn;
        // The search for memory may have ended the process that the slot belonged to: then nobody wants the page any more.
        if (_swap[slot].Count == 0)
        {
            machine.FreePage(process.Cpu, pfn);
            return FrameAllocator.None;
        }

        ref Frame frame = ref _frames[pfn];
        frame.Flags |= FrameFlags.Anonymous | FrameFlags.SwapBacked | FrameFlags.SwapCache | FrameFlags.Locked | (readAhead ? FrameFlags.Reclaim : 0);
        frame.Private = slot;
        ulong shadow = _swap[slot].Shadow;
        _swap.SetCache(slot, pfn);
        WasRead?.Invoke(pfn, slot);
        if (shadow != 0)
            machine.Workingset.Refault(pfn, shadow, _swap.Free != 0);
        machine.Lru.Add(pfn);
        machine.Lru.VectorOf(pfn).Counts.pswpin++;
        if (readAhead)
            _stat[VmEvent.swap_ra]++;
        _reading.Add(pfn);
        return pfn;
    }
}
