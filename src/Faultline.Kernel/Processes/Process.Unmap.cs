// Taking pages away (mm/memory.c zap_page_range) and munmap(2) (mm/vma.c do_vmi_align_munmap, 6.18).

namespace Faultline.Kernel;

public sealed unsafe partial class Process
{
    /// <summary>munmap(2): also of holes, of several areas, of the middle of one. EINVAL for an unaligned start, length 0 or a range past the top; ENOMEM past max_map_count.</summary>
    public SystemCallResult Munmap(VirtualAddress start, ulong length)
    {
        ThrowIfExited();
        _calls.Munmap++;
        ulong rounded = PageSize.Up(length);
        if ((start.Value & PageSize.Mask) != 0 || rounded == 0 || rounded > _layout.Top || start.Value > _layout.Top - rounded)
            return Fail(Errno.EINVAL);
        return Unmap(start.Value, start.Value + rounded) ? SystemCallResult.Success() : Fail(Errno.ENOMEM);
    }

    /// <summary>False if cutting an area in two would exceed max_map_count; nothing is changed then.</summary>
    private bool Unmap(ulong start, ulong end)
    {
        if (_areas.SplitsNeeded(start, end) == 2 && _areas.Find(start) == _areas.Find(end) && _areas.Count >= VmaSet.MaxMapCount)
            return false;
        if (_areas.IsFree(start, end))
            return true;
        ForgetArea();
        _areas.RemoveRange(start, end);
        Zap(start, end);
        _tables.FreeTables(start, end, _areas.EndBelow(start), _areas.StartAbove(end, 1UL << 47));
        return true;
    }

    /// <summary>Makes every page of the range absent; tables stay.</summary>
    private void Zap(ulong start, ulong end)
    {
        _tlb.Invalidate(start, end);
        for (ulong at = start; at < end;)
        {
            ulong next = Math.Min(end, (at | (PageTables.PmdBytes - 1)) + 1);
            ulong* pmd = _tables.FindPmd(at);
            if (pmd == null)
                next = Math.Min(end, (at | ((1UL << PageTables.PudShift) - 1)) + 1);
            else if (*pmd != 0)
                ZapEntries(_tables.Table(*pmd) + PageTables.PteIndex(at), (int)((next - at) >> PageSize.Shift));
            at = next;
        }
    }

    private void ZapEntries(ulong* entry, int count)
    {
        for (ulong* end = entry + count; entry < end; entry++)
        {
            ulong old = *entry;
            if (old == 0)
                continue;
            *entry = 0;
            if ((old & Pte.Special) != 0)
            {
                _zeroPages--;
                continue;
            }

            _resident--;
            uint frame = Pte.Frame(old);
            if (--_frames[frame].MapCount == 0)
                _machine.Frames.Free(frame);
        }
    }
}
