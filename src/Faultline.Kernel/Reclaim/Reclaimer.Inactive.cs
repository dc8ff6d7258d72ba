// Reclaiming inactive pages (mm/vmscan.c shrink_inactive_list, shrink_folio_list, folio_check_references, 6.18).
//
//   used through two entries, or once and once before ─► active          used once ─► stays, noted
//   unused, anonymous: gets a slot of swap ─► off the page tables ─► dirty: written, freed when that is done; clean: freed

namespace Faultline.Kernel;

internal sealed unsafe partial class Reclaimer
{
    private const ulong NanosecondsPerBatch = 2_000;
    private const ulong NanosecondsPerUnmap = 1_500;
    private const ulong NanosecondsPerFree = 300;

    /// <summary>Pages of the batch being looked at, the next one last: what a split or a wait adds is looked at next.</summary>
    private readonly Stack<uint> _batch = new();

    private ulong ShrinkInactive(LruList list, int pages, Lruvec vector, ScanControl control)
    {
        int file = (int)list / 2;
        EndWrites();
        ulong scanned = 0;
        Span<uint> taken = stackalloc uint[ScanControl.Batch];
        int count = 0;
        for (; scanned < (ulong)pages && vector.Last(list) is var pfn and not 0; scanned += 1UL << _frames[pfn].Order)
        {
            vector.Remove(pfn);
            taken[count++] = pfn;
        }

        while (count > 0)
            _batch.Push(taken[--count]);
        if (control.Group == null)
            _stat[control.IsKswapd ? VmEvent.pgscan_kswapd : VmEvent.pgscan_direct] += scanned;
        (control.IsKswapd ? ref vector.Counts.pgscan_kswapd : ref vector.Counts.pgscan_direct) += scanned;
        _stat[VmEvent.pgscan_anon + file] += scanned;
        _device.Work(NanosecondsPerBatch);
        ulong writesBefore = _stat[VmEvent.nr_vmscan_write];
        ulong reclaimed = ShrinkBatch(vector, control);
        WakeFlusher(scanned);
        if (control.Group == null)
            _stat[control.IsKswapd ? VmEvent.pgsteal_kswapd : VmEvent.pgsteal_direct] += reclaimed;
        (control.IsKswapd ? ref vector.Counts.pgsteal_kswapd : ref vector.Counts.pgsteal_direct) += reclaimed;
        _stat[VmEvent.pgsteal_anon + file] += reclaimed;
        _lru.NoteCost(vector, file, _stat[VmEvent.nr_vmscan_write] - writesBefore, scanned - Math.Min(scanned, reclaimed));
        return reclaimed;
    }

    private ulong ShrinkBatch(Lruvec vector, ScanControl control)
    {
        ulong reclaimed = 0;
        while (_batch.TryPop(out uint pfn))
        {
            ulong size = 1UL << _frames[pfn].Order;
            control.Scanned += size;
            _device.Work(NanosecondsPerScan);
            ReclaimResult result = Consider(pfn, vector, control);
            if (result == ReclaimResult.Reclaimed)
            {
                reclaimed++;
                continue;
            }

            if (result == ReclaimResult.Activated)
                Activate(pfn, vector);
            vector.Add(pfn);
        }

        return reclaimed;
    }

    private ReclaimResult Consider(uint pfn, Lruvec vector, ScanControl control)
    {
        ref Frame frame = ref _frames[pfn];
        if ((frame.Flags & (FrameFlags.Unevictable | FrameFlags.Mlocked)) != 0)
            return Cull(pfn);
        if ((frame.Flags & FrameFlags.Locked) != 0)
            return ReclaimResult.Kept;
        if ((frame.Flags & FrameFlags.Writeback) != 0 && !WaitIfGroup(pfn, control))
            return ReclaimResult.Activated;
        bool executable = false;
        int references = control.IgnoresReferences ? 0 : TakeReferences(pfn, out _, out executable);
        bool wasReferenced = (frame.Flags & FrameFlags.Referenced) != 0;
        bool isFile = (frame.Flags & FrameFlags.SwapBacked) == 0;
        frame.Flags &= ~FrameFlags.Referenced;
        if (references != 0)
        {
            frame.Flags |= FrameFlags.Referenced;
            return wasReferenced || references > 1 || (executable && isFile) ? ReclaimResult.Activated : ReclaimResult.Kept;
        }

        if ((frame.Flags & FrameFlags.FileCache) != 0)
            return ReclaimFile(pfn, onlyClean: wasReferenced && isFile, control);
        return isFile ? DropLazyFree(pfn, vector) : SwapOut(pfn, control);
    }

    /// <summary>Locked in memory meanwhile: to the unevictable list.</summary>
    private ReclaimResult Cull(uint pfn)
    {
        _frames[pfn].Flags = (_frames[pfn].Flags | FrameFlags.Unevictable) & ~(FrameFlags.Active | FrameFlags.Referenced);
        _stat[VmEvent.unevictable_pgs_culled] += 1UL << _frames[pfn].Order;
        return ReclaimResult.Kept;
    }

    private void Activate(uint pfn, Lruvec vector)
    {
        ref Frame frame = ref _frames[pfn];
        ulong size = 1UL << frame.Order;
        if ((frame.Flags & FrameFlags.SwapCache) != 0 && _swap.IsFilling)
            TryFreeSwap(pfn);
        frame.Flags |= FrameFlags.Active;
        _stat[VmEvent.pgactivate] += size;
        vector.Counts.pgactivate += size;
        _lru.Age(vector, size);
    }

    /// <summary>A page that is being written already: a cgroup at its limit waits for it, since it can have nothing else; others go on.</summary>
    private bool WaitIfGroup(uint pfn, ScanControl control)
    {
        bool wasMeantToGo = (_frames[pfn].Flags & FrameFlags.Reclaim) != 0;
        _frames[pfn].Flags |= FrameFlags.Reclaim;
        if (control.Group == null || !wasMeantToGo)
            return false;
        while ((_frames[pfn].Flags & FrameFlags.Writeback) != 0)
            WaitForWrites();
        return true;
    }

    /// <summary>Given up by MADV_FREE and not stored to since: gone without being written. Stored to: an ordinary page again.</summary>
    private ReclaimResult DropLazyFree(uint pfn, Lruvec vector)
    {
        foreach (Mapping mapping in _machine.ReverseMap.Find(pfn))
            if ((*mapping.Entry & Pte.Dirty) != 0)
                _frames[pfn].Flags |= FrameFlags.Dirty;
        if ((_frames[pfn].Flags & FrameFlags.Dirty) != 0)
        {
            _frames[pfn].Flags = (_frames[pfn].Flags | FrameFlags.SwapBacked) & ~FrameFlags.LazyFree;
            return ReclaimResult.Activated;
        }

        foreach (Mapping mapping in _machine.ReverseMap.Find(pfn))
            mapping.Process.Discard(mapping.Page, mapping.Entry);
        _stat[VmEvent.pglazyfreed]++;
        vector.Counts.pglazyfreed++;
        _stat[VmEvent.nr_anon_pages]--;
        _frames[pfn].MapCount = 0;
        _machine.FreePage(0, pfn);
        _device.Work(NanosecondsPerFree);
        return ReclaimResult.Reclaimed;
    }
}
