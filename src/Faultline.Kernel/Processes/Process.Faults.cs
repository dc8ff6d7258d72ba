// Page faults on anonymous memory (mm/memory.c handle_mm_fault, do_anonymous_page, 6.18). First read: the shared page of zeros;
// first write: a frame of zeros of one's own; write after read: a second fault.

using System.Runtime.CompilerServices;

namespace Faultline.Kernel;

public sealed unsafe partial class Process
{
    private ulong _areaStart = ulong.MaxValue;
    private ulong _areaEnd;
    private int _areaIndex;
    private VmaFlags _areaFlags;
    private ulong _areaLeaf;

    /// <summary>Serves a fault on a page address; <paramref name="entry"/> is what the page tables hold for it, null where a table is missing.</summary>
    private FaultOutcome HandleFault(ulong page, AccessKind kind, ulong* entry)
    {
        if (!SelectArea(page) || !Permits(_areaFlags, kind))
        {
            SegmentationFaults++;
            return FaultOutcome.SegmentationFault;
        }

        if (_areaFile != null)
            return HandleFileFault(page, kind, entry);
        if (entry == null && ThpFits(page) && TryHugeFault(page, kind))
            return CountMinorFault();
        if (entry != null && (*entry & Pte.Huge) != 0)
        {
            if (TryHugeWriteProtected(page, entry))
                return CountMinorFault();
            entry = null;
        }

        if (entry == null)
            entry = _tables.EnsureEntry(page);
        return entry == null ? NoFrames() : Count(ServeEntry(page, kind, entry));
    }

    /// <summary>A fault on a PTE by what the entry holds (mm/memory.c handle_pte_fault).</summary>
    private FaultOutcome ServeEntry(ulong page, AccessKind kind, ulong* entry)
    {
        if (Pte.IsSwap(*entry))
            return SwapFault(page, kind, entry);
        bool absent = !Pte.IsMapped(*entry);
        if (!absent && (*entry & Pte.Special) == 0)
            return IsCached(Pte.Frame(*entry)) ? Served(WriteProtectedFile(page, entry)) : WriteProtected(page, kind, entry);
        return Served(absent && kind == AccessKind.Read ? MapZeroPage(entry) : MapFreshFrame(page, entry));
    }

    private static FaultOutcome Served(bool served) => served ? FaultOutcome.MinorFault : FaultOutcome.OutOfFrames;

    /// <summary>
    /// Serves faults for absent pages of the selected area, one PTE after the other, until a page is present, frames run out or
    /// all <paramref name="count"/> are done; answers how many it served. A loop of <see cref="HandleFault"/> with the same effect.
    /// </summary>
    private ulong FillAbsent(ulong page, ulong* entry, ulong count, AccessKind kind)
    {
        ulong served = 0;
        if (kind == AccessKind.Read)
        {
            ulong zero = Pte.Make(PhysicalLayout.ZeroFrame, _areaLeaf | Pte.Special);
            for (; served < count && entry[served] == 0; served++)
                entry[served] = zero;
            _zeroPages += served;
        }
        else
        {
            if (!PrepareReverseMap())
                return 0;
            served = FillWithFrames(page, entry, count);
            NoteResident();
        }

        MinorFaults += served;
        _stat[VmEvent.pgfault] += served;
        return served;
    }

    /// <summary>Frames for absent pages, as long as there are any. Residents are counted as they come: the next page may call the out-of-memory killer.</summary>
    private ulong FillWithFrames(ulong page, ulong* entry, ulong count)
    {
        ulong served = 0;
        while (served < count && entry[served] == 0)
        {
            ulong at = page + (served << PageSize.Shift);
            int run = FillFromList(at, entry + served, (int)(count - served));
            if (run == 0)
            {
                uint frame = TakeOwnFrame(at);
                if (frame == FrameAllocator.None)
                    break;
                entry[served] = Pte.Make(frame, _areaLeaf | Pte.Writable | Pte.Dirty);
                run = 1;
            }

            served += (uint)run;
            _resident.Anonymous += (uint)run;
        }

        return served;
    }

    private FaultOutcome CountMinorFault()
    {
        MinorFaults++;
        _stat[VmEvent.pgfault]++;
        return FaultOutcome.MinorFault;
    }

    private FaultOutcome CountMajorFault()
    {
        MajorFaults++;
        _stat[VmEvent.pgfault]++;
        _stat[VmEvent.pgmajfault]++;
        return FaultOutcome.MajorFault;
    }

    private FaultOutcome Count(FaultOutcome outcome) => outcome switch
    {
        FaultOutcome.MinorFault => CountMinorFault(),
        FaultOutcome.MajorFault => CountMajorFault(),
        _ => NoFrames(),
    };

    private FaultOutcome NoFrames()
    {
        if (IsDoomed)
            return FaultOutcome.Killed;
        UnbackedPages++;
        return FaultOutcome.OutOfFrames;
    }

    /// <summary>Any permission makes a page readable on x86; only PROT_WRITE makes it writable.</summary>
    private static bool Permits(VmaFlags flags, AccessKind kind) =>
        (flags & (kind == AccessKind.Write ? VmaFlags.Write : VmaFlags.AccessMask)) != 0;

    /// <summary>Remembers the area of a page, since the next fault is likely in it too; false if there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool SelectArea(ulong page) => (page >= _areaStart && page < _areaEnd) || FindArea(page);

    private bool FindArea(ulong page)
    {
        int index = HasExited ? -1 : _areas.Find(page);
        if (index < 0)
            return false;
        ref Vma area = ref _areas[index];
        (_areaIndex, _areaStart, _areaEnd, _areaFlags) = (index, area.Start, area.End, area.Flags);
        ulong noExecute = (area.Flags & VmaFlags.Execute) == 0 ? Pte.NoExecute : 0;
        _areaLeaf = Pte.Present | Pte.User | Pte.Accessed | noExecute;
        _areaFile = null;
        if (area.File != 0)
            SelectFile(area);
        return true;
    }

    /// <summary>Indexes and bounds of areas are about to change.</summary>
    private void ForgetArea()
    {
        _areaStart = ulong.MaxValue;
        _areaEnd = 0;
    }

    private bool MapZeroPage(ulong* entry)
    {
        *entry = Pte.Make(PhysicalLayout.ZeroFrame, _areaLeaf | Pte.Special);
        _zeroPages++;
        return true;
    }

    /// <summary>A frame of zeros of the process's own, in place of nothing or of the zero page.</summary>
    private bool MapFreshFrame(ulong page, ulong* entry)
    {
        uint frame = PrepareReverseMap() ? TakeOwnFrame(page) : FrameAllocator.None;
        if (frame == FrameAllocator.None)
            return false;
        if (*entry != 0)
            _zeroPages--;
        *entry = Pte.Make(frame, _areaLeaf | Pte.Writable | Pte.Dirty);
        AddAnonymous(1);
        return true;
    }

    /// <summary>A frame of zeros for a virtual page of this process alone, or none.</summary>
    private uint TakeOwnFrame(ulong page)
    {
        if (_cgroup != null)
            return TakeChargedFrame(page);
        uint pfn = _allocator.TakePage(_cpu, Migratetype.Movable, this);
        if (pfn != FrameAllocator.None)
            Own(pfn, page, 0);
        return pfn;
    }

    private uint TakeChargedFrame(ulong page)
    {
        uint pfn = _machine.AllocatePage(this, _cgroup, Migratetype.Movable);
        if (pfn != FrameAllocator.None)
            Own(pfn, page, _cgroup!.Number);
        return pfn;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Own(uint pfn, ulong page, ushort cgroup)
    {
        ref Frame frame = ref _frames[pfn];
        frame.SetPage(OwnPage, (uint)Pid, page >> PageSize.Shift, cgroup);
        if ((_areaFlags & VmaFlags.Locked) != 0)
            MarkLocked(ref frame);
        _vector.Add(pfn);
        _stat[VmEvent.nr_anon_pages]++;
    }
}
