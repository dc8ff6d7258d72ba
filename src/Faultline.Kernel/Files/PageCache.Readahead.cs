// Reading before it is asked for (mm/readahead.c page_cache_sync_ra, page_cache_async_ra, page_cache_ra_order; mm/filemap.c
// do_sync_mmap_readahead, 6.18).

namespace Faultline.Kernel;

internal sealed unsafe partial class PageCache
{
    /// <summary>A page that was wanted is not cached (page_cache_sync_ra): what will be wanted next is read with it.</summary>
    public void ReadMissing(OpenFile open, ulong index, ulong request, Process process)
    {
        ref Readahead state = ref open.Readahead;
        if (state.Maximum == 0 || state.Random)
        {
            ReadPages(open, index, state.Maximum == 0 ? 1 : request, 0, process);
            return;
        }

        ulong maximum = state.Maximum;
        if (index == 0 || request > maximum || index - state.Previous <= 1)
        {
            state.Start = index;
            state.Size = Readahead.InitialSize(request, maximum);
            state.AsyncSize = state.Size > request ? state.Size - request : state.Size >> 1;
        }
        else
        {
            ulong missing = PreviousMiss(open.Inode, index - 1, maximum);
            ulong before = index - missing - 1;
            if (before <= request)
            {
                ReadPages(open, index, request, 0, process);
                return;
            }

            if (missing == ulong.MaxValue)
                before *= 2;
            state.Start = index;
            state.Size = Math.Min(before + request, maximum);
            state.AsyncSize = 1;
        }

        state.Order = 0;
        ReadWindow(open, process);
    }

    /// <summary>A marked page is used (page_cache_async_ra): the next window is read while the rest of this one is still unused.</summary>
    public void ReadAhead(OpenFile open, ulong index, ulong request, Process process)
    {
        ref Readahead state = ref open.Readahead;
        if (state.Maximum == 0)
            return;
        Inode file = open.Inode;
        (ulong first, int order) = FolioOf(file, index);
        ClearMark(file, first, order);
        ulong maximum = state.Maximum;
        ulong expected = (state.Start + state.Size - state.AsyncSize) & ~((1UL << order) - 1);
        if (first == expected)
        {
            state.Start += state.Size;
            state.Size = Math.Max(state.Size, state.NextSize(maximum));
        }
        else
        {
            ulong start = NextMiss(file, first + 1, maximum);
            if (start == 0 || start - first > maximum)
                return;
            state.Start = start;
            state.Size = start - first + request;
            state.Size = state.NextSize(maximum);
        }

        state.Order += 2;
        int align = Math.Min(state.Order, System.Numerics.BitOperations.TrailingZeroCount(maximum));
        ulong end = state.Start + state.Size;
        ulong aligned = end & ~((1UL << align) - 1);
        if (aligned > state.Start)
            state.Size -= end - aligned;
        state.AsyncSize = state.Size;
        ReadWindow(open, process);
    }

    /// <summary>A fault missed the cache: pages before and after are read too, unless faults have missed much more than hit.</summary>
    public void ReadAround(OpenFile open, ulong index, bool sequential, bool random, Process process)
    {
        ref Readahead state = ref open.Readahead;
        if (random || state.Maximum == 0)
            return;
        if (sequential)
        {
            ReadMissing(open, index, state.Maximum, process);
            return;
        }

        state.CountMiss();
        if (state.Misses > Readahead.LotsOfMisses)
            return;
        ulong half = state.Maximum / 2;
        state.Start = index > half ? index - half : 0;
        state.Size = state.Maximum;
        state.AsyncSize = state.Maximum / 4;
        state.Order = 0;
        ReadWindow(open, process);
    }

    /// <summary>Reads pages that are not cached yet of [index, index + count), as far as the file goes; marks the one <paramref name="ahead"/> before the end.</summary>
    public void ReadPages(OpenFile open, ulong index, ulong count, ulong ahead, Process process)
    {
        Inode file = open.Inode;
        ulong pages = file.SizeInPages;
        if (index >= pages)
            return;
        count = Math.Min(count, pages - index);
        ulong mark = ahead == 0 || ahead > count ? ulong.MaxValue : index + count - ahead;
        for (ulong at = index; at < index + count; at++)
        {
            if (CacheEntry.IsPage(file.Pages[at]))
                continue;
            if (!ReadFolio(file, at, 0, process))
                return;
            if (at == mark)
                SetMark(file, at);
        }
    }

    /// <summary>The window of the file's state, in folios of its order; single pages where those do not fit between what is cached.</summary>
    private void ReadWindow(OpenFile open, Process process)
    {
        ref Readahead state = ref open.Readahead;
        Inode file = open.Inode;
        (ulong index, ulong mark) = (state.Start, state.Start + state.Size - state.AsyncSize);
        if (Settings.Folios == FolioPolicy.SmallPages || file.Kind != FileKind.Disk)
            state.Order = 0;
        if (state.Order != 0 && file.Size != 0)
        {
            ulong limit = Math.Min((file.Size - 1) >> PageSize.Shift, index + state.Size - 1);
            state.Order = Math.Min(Math.Min(Migratetypes.PageblockOrder, state.Order), System.Numerics.BitOperations.Log2(state.Size));
            while (index <= limit && ReadLargeFolio(file, ref index, limit, mark, state.Order, process))
            {
            }

            if (index > limit)
                return;
        }

        ReadPages(open, index, state.Size - (index - state.Start), state.AsyncSize, process);
    }

    /// <summary>One folio at the index, which moves past it; false where something is cached there already or memory ran out.</summary>
    private bool ReadLargeFolio(Inode file, ref ulong index, ulong limit, ulong mark, int order, Process process)
    {
        order = Math.Min(order, System.Numerics.BitOperations.TrailingZeroCount(index));
        while (order > 0 && index + (1UL << order) - 1 > limit)
            order--;
        if (IsAnyCached(file, index, 1UL << order) || !ReadFolio(file, index, order, process))
            return false;
        if (index == (mark & ~((1UL << order) - 1)))
            SetMark(file, index);
        index += 1UL << order;
        return true;
    }

    private static bool IsAnyCached(Inode file, ulong index, ulong pages)
    {
        ulong last = index + pages - 1;
        for (ulong at = file.Pages.Next(index, last); at != PageTree.NoPage; at = file.Pages.Next(at + 1, last))
            if (CacheEntry.IsPage(file.Pages[at]))
                return true;
        return false;
    }

    /// <summary>Takes frames and reads a folio into them.</summary>
    private bool ReadFolio(Inode file, ulong index, int order, Process process)
    {
        if (Add(file, index, order, process) == FrameAllocator.None)
            return false;
        _stat[VmEvent.pgpgin] += (PageSize.Bytes >> 10) << order;
        return true;
    }

    private void SetMark(Inode file, ulong index) => _frames[Find(file, index)].Flags |= FrameFlags.Reclaim;

    private void ClearMark(Inode file, ulong first, int order)
    {
        for (ulong at = first; at < first + (1UL << order); at++)
            _frames[Find(file, at)].Flags &= ~FrameFlags.Reclaim;
    }

    /// <summary>The nearest page at or below the index that is not cached, looking at <paramref name="most"/> pages; what lies before page 0 is 2^64 − 1.</summary>
    private static ulong PreviousMiss(Inode file, ulong index, ulong most)
    {
        for (; most > 0 && index != ulong.MaxValue && CacheEntry.IsPage(file.Pages[index]); most--)
            index--;
        return index;
    }

    private static ulong NextMiss(Inode file, ulong index, ulong most)
    {
        for (; most > 0 && CacheEntry.IsPage(file.Pages[index]); most--)
            index++;
        return index;
    }
}
