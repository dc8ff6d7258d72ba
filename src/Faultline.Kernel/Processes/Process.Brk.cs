// brk(2) (mm/mmap.c, 6.18). The break is any byte; the heap's pages end at its rounding up.

namespace Faultline.Kernel;

public sealed unsafe partial class Process
{
    /// <summary>Where the heap ends, as the C library remembers it; costs no system call.</summary>
    public VirtualAddress CurrentBreak => new(_break);

    /// <summary>
    /// brk(2). Answers the break in force afterwards: the old one where the new one lies below the heap's start, leaves less than a
    /// guard page to what is mapped above, or promises too much. 0 asks for the break.
    /// </summary>
    public VirtualAddress Brk(VirtualAddress newBreak)
    {
        ThrowIfExited();
        _calls.Brk++;
        if (!TryBrk(newBreak.Value))
        {
            if (!newBreak.IsNull)
                _calls.Failed++;
            return CurrentBreak;
        }

        _break = newBreak.Value;
        return newBreak;
    }

    private bool TryBrk(ulong newBreak)
    {
        ulong oldEnd = PageSize.Up(_break);
        ulong newEnd = PageSize.Up(newBreak);
        if (newBreak < _layout.BrkStart.Value || newEnd < newBreak)
            return false;
        if (newEnd <= oldEnd)
            return newEnd == oldEnd || Unmap(newEnd, oldEnd);
        return GrowHeap(oldEnd, newEnd);
    }

    private bool GrowHeap(ulong oldEnd, ulong newEnd)
    {
        if (newEnd > _layout.Top || newEnd + PageSize.Bytes > (_layout.BrkLimit?.Value ?? ulong.MaxValue))
            return false;
        if (!_areas.IsFree(oldEnd, newEnd + PageSize.Bytes) || _areas.Count > VmaSet.MaxMapCount)
            return false;
        if (!_areas.MayAdd(1) || !TryCharge((newEnd - oldEnd) >> PageSize.Shift))
            return false;
        AddArea(oldEnd, newEnd - oldEnd, VmaFlags.Read | VmaFlags.Write | VmaFlags.Accounted);
        return true;
    }
}
