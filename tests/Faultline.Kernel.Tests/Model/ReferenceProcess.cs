namespace Faultline.Kernel.Tests;

/// <summary>
/// A process as a dictionary of pages, without huge pages: the naive model that the real one is held against. A page is mapped if
/// it is a key. What a page holds is an object of contents; the page of zeros is null with <see cref="Page.Present"/> set.
/// </summary>
internal sealed class ReferenceProcess(AddressSpaceLayout layout)
{
    public sealed class Contents
    {
        public int Owners = 1;
    }

    public sealed class Page
    {
        public Protection Protection;
        public bool Present;
        public Contents? Contents;

        /// <summary>A store needs no fault: the page is this process's alone, and nothing happened since that took that away.</summary>
        public bool Owned;
    }

    public Dictionary<ulong, Page> Pages { get; } = [];

    public ulong Break { get; private set; } = layout.BrkStart.Value;

    public ulong Faults { get; private set; }

    public ulong SegmentationFaults { get; private set; }

    public ulong Resident => (ulong)Pages.Values.Count(page => page.Contents != null);

    public ulong Zero => (ulong)Pages.Values.Count(page => page.Present && page.Contents == null);

    public PageState StateOf(ulong page) =>
        !Pages.TryGetValue(page, out Page? found) || !found.Present ? PageState.Absent
        : found.Contents == null ? PageState.ZeroPage : PageState.Private;

    public FaultOutcome Access(ulong address, AccessKind kind)
    {
        bool allowed = Pages.TryGetValue(address >> 12, out Page? page)
            && (kind == AccessKind.Write ? page.Protection.HasFlag(Protection.Write) : page.Protection != Protection.None);
        if (!allowed)
        {
            SegmentationFaults++;
            return FaultOutcome.SegmentationFault;
        }

        if (page!.Present && (kind == AccessKind.Read || page.Owned))
            return FaultOutcome.None;
        Faults++;
        page.Present = true;
        if (kind == AccessKind.Write)
            TakeOver(page);
        return FaultOutcome.MinorFault;
    }

    public void AccessRange(ulong start, ulong length, AccessKind kind)
    {
        for (ulong page = start >> 12; page <= (start + length - 1) >> 12; page++)
            Access(page << 12, kind);
    }

    public ulong? PlaceFor(ulong pages)
    {
        if (pages % 512 == 0 && HighestGap(pages + 512) is { } gap)
            return gap % 512 == 0 ? gap + 512 : gap + 512 - (gap % 512);
        return HighestGap(pages);
    }

    /// <summary>Start page of the highest run of free pages, tried page by page from the top.</summary>
    public ulong? HighestGap(ulong pages)
    {
        ulong run = 0;
        for (ulong page = layout.MmapBase.Value >> 12; page-- > layout.MmapMin.Value >> 12;)
        {
            run = Pages.ContainsKey(page) ? 0 : run + 1;
            if (run == pages)
                return page;
        }

        return null;
    }

    public bool IsFree(ulong page, ulong pages)
    {
        for (ulong at = page; at < page + pages; at++)
            if (Pages.ContainsKey(at))
                return false;
        return true;
    }

    public void Map(ulong page, ulong pages, Protection protection)
    {
        Unmap(page, pages);
        for (ulong at = page; at < page + pages; at++)
            Pages[at] = new Page { Protection = protection };
    }

    public void Unmap(ulong page, ulong pages)
    {
        Drop(page, pages);
        for (ulong at = page; at < page + pages; at++)
            Pages.Remove(at);
    }

    /// <summary>MADV_DONTNEED.</summary>
    public void Drop(ulong page, ulong pages)
    {
        for (ulong at = page; at < page + pages; at++)
        {
            if (!Pages.TryGetValue(at, out Page? found))
                continue;
            if (found.Contents != null)
                found.Contents.Owners--;
            (found.Present, found.Contents, found.Owned) = (false, null, false);
        }
    }

    public void MoveBreak(ulong target)
    {
        ulong oldEnd = (Break + 4095) >> 12, newEnd = (target + 4095) >> 12;
        if (newEnd > oldEnd)
            Map(oldEnd, newEnd - oldEnd, Protection.ReadWrite);
        else
            Unmap(newEnd, oldEnd - newEnd);
        Break = target;
    }

    /// <summary>The pages of a range, with all they hold, come to lie elsewhere; the rest of the new range is fresh.</summary>
    public void Move(ulong from, ulong to, ulong oldPages, ulong newPages)
    {
        Protection protection = Pages[from].Protection;
        for (ulong i = 0; i < oldPages; i++)
        {
            Pages.Remove(from + i, out Page? page);
            Pages[to + i] = page!;
        }

        for (ulong i = oldPages; i < newPages; i++)
            Pages[to + i] = new Page { Protection = protection };
    }

    public ReferenceProcess Fork()
    {
        var child = new ReferenceProcess(layout) { Break = Break };
        foreach ((ulong at, Page page) in Pages)
        {
            if (page.Contents != null)
                page.Contents.Owners++;
            page.Owned = false;
            child.Pages[at] = new Page { Protection = page.Protection, Present = page.Present, Contents = page.Contents };
        }

        return child;
    }

    public void Exit()
    {
        foreach (ulong page in Pages.Keys.ToArray())
            Unmap(page, 1);
    }

    private static void TakeOver(Page page)
    {
        if (page.Contents is { Owners: > 1 } shared)
        {
            shared.Owners--;
            page.Contents = null;
        }

        page.Contents ??= new Contents();
        page.Owned = true;
    }
}
