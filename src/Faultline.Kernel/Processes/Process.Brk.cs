// brk(2) (mm/mmap.c, 6.18): the end of the heap, any byte; the heap's pages end at its rounding up.

namespace Faultline.Kernel;

public sealed unsafe partial class Process
{
    /// <summary>Where the heap ends, as the C library remembers it; costs no system call.</summary>
    public VirtualAddress CurrentBreak => new(_break);

    /// <summary>brk(2). Answers the break in force afterwards: the old one where the new one lies below the heap's start, or less than a guard page below something mapped, or past the commit limit.</summary>
    public VirtualAddress Brk(VirtualAddress newBreak)
    {
        ThrowIfExited();
        _calls.Brk++;
        if (newBreak < _layout.BrkStart)
            return Refused(newBreak);
        ulong oldEnd = PageSize.Up(_break);
        ulong newEnd = PageSize.Up(newBreak.Value);
        if (newEnd < newBreak.Value)
            return Refused(newBreak);
        bool moved = newEnd == oldEnd || (newEnd < oldEnd ? Unmap(newEnd, oldEnd) : GrowHeap(oldEnd, newEnd));
        if (!moved)
            return Refused(newBreak);
        _break = newBreak.Value;
        return newBreak;
    }

    private bool GrowHeap(ulong oldEnd, ulong newEnd)
    {
        if (newEnd > _layout.Top || newEnd + PageSize.Bytes > (_layout.BrkLimit?.Value ?? ulong.MaxValue))
            return false;
        if (!_areas.IsFree(oldEnd, newEnd + PageSize.Bytes) || _areas.Count >= VmaSet.MaxMapCount)
            return false;
        if (!_machine.MayCommit((newEnd - oldEnd) >> PageSize.Shift))
            return false;
        AddArea(oldEnd, newEnd - oldEnd, VmaFlags.Read | VmaFlags.Write | VmaFlags.Accounted);
        return true;
    }

    private VirtualAddress Refused(VirtualAddress newBreak)
    {
        if (!newBreak.IsNull)
            _calls.Failed++;
        return new(_break);
    }
}
