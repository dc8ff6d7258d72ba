// Many single pages at once off and onto a processor's list: what taking and adding them one by one does, as long as the list
// neither runs empty nor has to give pages back (mm/page_alloc.c rmqueue_pcplist, free_frozen_page_commit, 6.18).

namespace Faultline.Kernel;

internal unsafe partial struct PerCpuLists
{
    /// <summary>Shifts beyond this leave nothing of a count.</summary>
    private const int LongestShift = 31;

    /// <summary>So many single pages can be added before some have to go back; the zone has seen its free pages below the high watermark or not.</summary>
    public readonly int Room(bool belowHigh) =>
        belowHigh && HighMin != HighMax ? 0 : Math.Clamp(High, HighMin, HighMax) - 1 - Count;

    /// <summary>The first pages of a list of single pages, at least one, were taken: <paramref name="next"/> is its first now, 0 if none is left.</summary>
    public void NoteTaken(Frame* frames, int list, uint next, int pages)
    {
        Head[list] = next;
        if (next == 0)
            Tail[list] = 0;
        else
            frames[next].Previous = 0;
        Count -= pages;
        FreeCount >>= Math.Min(pages, LongestShift);
    }

    /// <summary>Single pages, at least one and no more than there is room for, stand before what was first on a list; <paramref name="first"/> is first now, <paramref name="last"/> was the first one added.</summary>
    public void NoteAdded(Frame* frames, int list, uint first, uint last, int pages)
    {
        uint old = Head[list];
        frames[last].Next = old;
        if (old == 0)
            Tail[list] = last;
        else
            frames[old].Previous = last;
        Head[list] = first;
        Count += pages;
        High = Math.Clamp(High, HighMin, HighMax);
        AllocFactor >>= Math.Min(pages, LongestShift);
        FreedHighOrder = false;
        int most = Batch << BatchScaleMax;
        if (FreeCount < most)
            FreeCount = Math.Min(FreeCount + pages, most);
    }
}
