// mincore(2) (mm/mincore.c, 6.18).

namespace Faultline.Kernel;

public sealed unsafe partial class Process
{
    /// <summary>
    /// mincore(2): one byte a page, 1 where it is present (the page of zeros is) or, for a file, in the page cache, else 0. EINVAL for an unaligned start, ENOMEM if
    /// part of the range is not mapped. Throws <see cref="ArgumentException"/> for a vector shorter than the range in pages.
    /// </summary>
    public SystemCallResult Mincore(VirtualAddress start, ulong length, Span<byte> vector)
    {
        ThrowIfExited();
        _calls.Mincore++;
        if ((start.Value & PageSize.Mask) != 0)
            return Fail(Errno.EINVAL);
        ulong pages = PageSize.Up(length) >> PageSize.Shift;
        if (length > _top || start.Value > _top - length)
            return Fail(Errno.ENOMEM);
        if ((ulong)vector.Length < pages)
            throw new ArgumentException($"a vector of {vector.Length} bytes is too short for {pages} pages");
        for (ulong i = 0; i < pages; i++)
        {
            VirtualAddress page = start + (i << PageSize.Shift);
            if (!SelectArea(page.Value))
                return Fail(Errno.ENOMEM);
            vector[(int)i] = IsInMemory(page) || IsInPageCache(page.Value) ? (byte)1 : (byte)0;
        }

        return SystemCallResult.Success();
    }

    /// <summary>Of the selected area.</summary>
    private bool IsInPageCache(ulong page) => _areaFile != null && PageCache.Find(_areaFile.Inode, FileIndexOf(page)) != FrameAllocator.None;

    private bool IsInMemory(VirtualAddress page) => StateOf(page) switch
    {
        PageState.Absent => false,
        PageState.Swapped => _machine.Swap[Pte.SwapSlot(*_tables.FindEntry(page.Value))].Cache != 0,
        _ => true,
    };
}
