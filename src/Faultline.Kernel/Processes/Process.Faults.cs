// Page faults on anonymous memory (mm/memory.c handle_mm_fault, do_anonymous_page, do_wp_page, 6.18).

namespace Faultline.Kernel;

public sealed unsafe partial class Process
{
    private ulong _areaStart = ulong.MaxValue;
    private ulong _areaEnd;
    private int _areaIndex;

    private FaultOutcome HandleFault(ulong page, AccessKind kind, ulong* entry)
    {
        if (!SelectArea(page) || !Permits(_areas[_areaIndex].Flags, kind))
        {
            SegmentationFaults++;
            return FaultOutcome.SegmentationFault;
        }

        if (entry == null)
        {
            ulong* leaf = _tables.EnsureLeaf(page);
            if (leaf == null)
                return NoFrames();
            entry = leaf + PageTables.PteIndex(page);
        }

        bool served = kind == AccessKind.Read ? MapZeroPage(entry)
            : !Pte.IsMapped(*entry) || (*entry & Pte.Special) != 0 ? MapFreshFrame(entry)
            : WriteProtected(entry);
        if (!served)
            return NoFrames();
        CountMinorFault();
        return FaultOutcome.MinorFault;
    }

    private void CountMinorFault()
    {
        MinorFaults++;
        _stat[VmEvent.pgfault]++;
    }

    private FaultOutcome NoFrames()
    {
        UnbackedPages++;
        return FaultOutcome.OutOfFrames;
    }

    /// <summary>Any permission makes a page readable on x86; only PROT_WRITE makes it writable.</summary>
    private static bool Permits(VmaFlags flags, AccessKind kind) =>
        (flags & (kind == AccessKind.Write ? VmaFlags.Write : VmaFlags.AccessMask)) != 0;

    private bool SelectArea(ulong page)
    {
        if (page >= _areaStart && page < _areaEnd)
            return true;
        int index = _areas.Find(page);
        if (index < 0)
            return false;
        _areaIndex = index;
        _areaStart = _areas[index].Start;
        _areaEnd = _areas[index].End;
        return true;
    }

    private void ForgetArea()
    {
        _areaStart = ulong.MaxValue;
        _areaEnd = 0;
    }

    private ulong LeafFlags()
    {
        ulong noExecute = (_areas[_areaIndex].Flags & VmaFlags.Execute) == 0 ? Pte.NoExecute : 0;
        return Pte.Present | Pte.User | Pte.Accessed | noExecute;
    }

    private bool MapZeroPage(ulong* entry)
    {
        *entry = Pte.Make(_machine.ZeroFrame, LeafFlags() | Pte.Special);
        _zeroPages++;
        return true;
    }

    /// <summary>A frame of zeros of the process's own, in place of nothing or of the zero page.</summary>
    private bool MapFreshFrame(ulong* entry)
    {
        uint frame = _machine.Frames.Allocate();
        if (frame == FrameAllocator.None)
            return false;
        PrepareReverseMap();
        if (*entry != 0)
            _zeroPages--;
        MapOwned(entry, frame);
        if (++_resident > _peakResident)
            _peakResident = _resident;
        return true;
    }

    private void MapOwned(ulong* entry, uint frame)
    {
        _frames[frame].MapCount = 1;
        _frames[frame].Flags |= FrameFlags.Exclusive;
        *entry = Pte.Make(frame, LeafFlags() | Pte.Writable | Pte.Dirty);
    }

    /// <summary>A store to a frame that is mapped read-only: the last owner takes it over, others copy it.</summary>
    private bool WriteProtected(ulong* entry)
    {
        uint frame = Pte.Frame(*entry);
        if (_frames[frame].MapCount == 1)
        {
            _frames[frame].Flags |= FrameFlags.Exclusive;
            *entry |= Pte.Writable | Pte.Dirty;
            _stat[VmEvent.pgreuse]++;
            return true;
        }

        uint copy = _machine.Frames.Allocate();
        if (copy == FrameAllocator.None)
            return false;
        _frames[frame].MapCount--;
        MapOwned(entry, copy);
        return true;
    }

    /// <summary>
    /// The first private page of an area gives it a reverse map (mm/rmap.c __anon_vma_prepare): a neighbour's if the two could
    /// one day become one area, else a new one. It decides which areas merge later.
    /// </summary>
    private void PrepareReverseMap()
    {
        ref Vma area = ref _areas[_areaIndex];
        if (area.AnonymousRoot == 0)
            area.AnonymousRoot = NeighbourRoot(_areaIndex + 1) is var next and not 0 ? next
                : NeighbourRoot(_areaIndex - 1) is var previous and not 0 ? previous
                : ++_machine.LastAnonymousRoot;
    }

    private uint NeighbourRoot(int index)
    {
        if ((uint)index >= (uint)_areas.Count)
            return 0;
        Vma low = _areas[Math.Min(index, _areaIndex)];
        Vma high = _areas[Math.Max(index, _areaIndex)];
        low.Flags |= VmaFlags.AccessMask;
        high.Flags |= VmaFlags.AccessMask;
        return (_areas[index].Flags & VmaFlags.Forked) == 0 && low.ContinuesInto(high) ? _areas[index].AnonymousRoot : 0;
    }
}
