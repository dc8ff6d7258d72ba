using Faultline.Kernel;

namespace Faultline.Libc;

// Giving memory back: the main arena's top to brk (systrim), and the pages inside free chunks (mtrim), of glibc 2.36,
// malloc/malloc.c.
public sealed unsafe partial class Malloc<TProcess>
{
    /// <summary>
    /// Shrinks the main top to between pad + 33 bytes and a page more, if the break is where top ends. True if it moved.
    /// </summary>
    /// <remarks>
    /// The sums are unsigned in glibc, and so here: a top of exactly 32 bytes has a spare of "-1", and a trim without pad
    /// makes it a page larger instead.
    /// </remarks>
    private bool TrimMainTop(ulong pad)
    {
        ulong top = Top(_mainArena), size = SizeOf(top), end = top + size;
        ulong spare = size - ChunkLayout.MinimumSize - 1;
        if (spare <= pad)
            return false;
        ulong extra = PageSize.Down(spare - pad);
        if (extra == 0 || _process.CurrentBreak.Value != end)
            return false;
        SetBreakBy(-(long)extra, out _);
        ulong released = end - _process.CurrentBreak.Value;
        if (released == 0)
            return false;
        Store(in SystemMemory(_mainArena), SystemMemory(_mainArena) - released);
        Store(in Head(top), (size - released) | ChunkLayout.PreviousInUse);
        if ((long)released > 0)
            _shadow.Discard(PageSize.Up(end - released), PageSize.Down(released));
        return true;
    }

    /// <summary>Tells the kernel to drop the whole pages inside free chunks. Chunks of bins too small for one are not looked at.</summary>
    private bool DropInnerPages(ulong arena)
    {
        bool any = false;
        for (int index = BinIndex.Unsorted; index <= BinIndex.Heads; index++)
        {
            if (index != BinIndex.Unsorted && index < BinIndex.Of(PageSize.Bytes))
                continue;
            ulong bin = BinHead(arena, index);
            for (ulong chunk = Bk(bin); chunk != bin; chunk = Bk(chunk))
                any |= DropInnerPages(chunk, SizeOf(chunk));
        }

        return any;
    }

    private bool DropInnerPages(ulong chunk, ulong size)
    {
        if (size <= PageSize.Mask + ChunkLayout.LargestFreeHeader)
            return false;
        ulong start = PageSize.Up(chunk + ChunkLayout.LargestFreeHeader);
        ulong length = PageSize.Down(chunk + size - start);
        if (length == 0)
            return false;
        _process.Madvise(new VirtualAddress(start), length, Advice.DontNeed);
        return true;
    }
}
