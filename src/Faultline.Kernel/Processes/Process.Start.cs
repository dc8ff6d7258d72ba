// The areas that the kernel itself makes when a program starts (fs/exec.c setup_arg_pages, fs/binfmt_elf.c set_brk, 6.18).

namespace Faultline.Kernel;

public sealed unsafe partial class Process
{
    /// <summary>The stack: it would grow downwards, which is not modelled, so that it is mapped as far as it is to reach.</summary>
    internal SystemCallResult MapStack(ulong start, ulong length)
    {
        if (start < _layout.MmapMin.Value || start > _top - length || !_areas.IsFree(start, start + length) || !TryCharge(length >> PageSize.Shift))
            return SystemCallResult.Failure(Errno.ENOMEM);
        _stackStart = start + length - PageSize.Bytes;
        AddArea(start, length, VmaFlags.Read | VmaFlags.Write | VmaFlags.Accounted | VmaFlags.GrowsDown);
        return SystemCallResult.Success(new(start));
    }

    /// <summary>The heap as far as it reaches already.</summary>
    internal SystemCallResult MapHeap(ulong start, ulong end) =>
        start == _layout.BrkStart.Value && _break == start && TryBrk(end)
            ? SetBreak(end)
            : Mmap(new(start), end - start, Protection.ReadWrite, MapFlags.Private | MapFlags.FixedNoReplace);

    /// <summary>
    /// From now on the heap starts and mappings are placed inside of other bounds; what is mapped outside of them stays. Throws <see cref="ArgumentException"/> for bounds
    /// out of order, or between which something is mapped.
    /// </summary>
    internal void MoveInto(AddressSpaceLayout bounds)
    {
        bounds.Validate();
        if (bounds.Top > _top || !_areas.IsFree(bounds.MmapMin.Value, bounds.Top))
            throw new ArgumentException($"something of {Task.Comm} is mapped between {bounds.MmapMin} and 0x{bounds.Top:x}, where its heap is to be");
        _layout = bounds;
        _break = bounds.BrkStart.Value;
    }

    /// <summary>Where mmap(2) would put so many bytes, with no alignment but that of pages. Throws <see cref="OutOfMemoryException"/> where there is no room.</summary>
    internal ulong PlaceAnywhere(ulong bytes) =>
        GapSearch.PlaceAnywhere(_areas, _layout, 0, bytes) ?? throw new OutOfMemoryException($"process {Pid} has no room for {bytes} bytes");

    private SystemCallResult SetBreak(ulong end)
    {
        _break = end;
        return SystemCallResult.Success(new(end));
    }
}
