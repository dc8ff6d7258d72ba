// What /proc/PID/maps, smaps and smaps_rollup tell (fs/proc/task_mmu.c, 6.18). Views: they read every page table of an area, and may
// make objects.

namespace Faultline.Kernel;

public sealed unsafe partial class Process
{
    /// <summary>Pages that are shared by file or memory: RssFile + RssShmem, what statm and top call SHR. Private pages of files count too, so that it is no measure of what is shared.</summary>
    public PageCount SharedPages => new(_resident.File + _resident.SharedMemory);

    /// <summary>The areas in the order of their addresses.</summary>
    public IReadOnlyList<AreaInfo> Maps()
    {
        var areas = new List<AreaInfo>();
        for (int i = 0; i < _areas.Count; i++)
            areas.Add(Describe(_areas[i]));
        return areas;
    }

    /// <summary>The areas and what their pages add up to.</summary>
    public IReadOnlyList<(AreaInfo Area, AreaUsage Usage)> Smaps()
    {
        var areas = new List<(AreaInfo, AreaUsage)>();
        for (int i = 0; i < _areas.Count; i++)
            areas.Add((Describe(_areas[i]), UsageOf(_areas[i])));
        return areas;
    }

    /// <summary>The sums over all areas.</summary>
    public AreaUsage SmapsRollup()
    {
        AreaUsage sum = default;
        for (int i = 0; i < _areas.Count; i++)
            sum += UsageOf(_areas[i]);
        return sum;
    }

    private AreaInfo Describe(in Vma area)
    {
        Inode? file = OpenFileOf(area.File)?.Inode;
        return new AreaInfo(
            new(area.Start),
            new(area.End),
            (Protection)(area.Flags & VmaFlags.AccessMask),
            (area.Flags & VmaFlags.MayShare) != 0,
            file == null ? 0 : area.PageOffset << PageSize.Shift,
            file,
            file?.Path ?? NameOf(area),
            IsThpEligible(area, file),
            AreaFlagNames.Of(area.Flags));
    }

    /// <summary>What the pages of an area add up to.</summary>
    private AreaUsage UsageOf(in Vma area)
    {
        AreaUsage usage = default;
        if (OpenFileOf(area.File) is { Inode.Kind: FileKind.Tmpfs } open)
            usage.Swap += PageCache.SwappedPages(open.Inode, area.PageOffset, area.PageOffset + area.Pages - 1) << PageSize.Shift;
        for (ulong at = area.Start; at < area.End;)
        {
            ulong next = Math.Min(area.End, (at | (PageTables.PmdBytes - 1)) + 1);
            ulong* pmd = _tables.FindPmd(at);
            if (pmd != null && (*pmd & Pte.Huge) != 0)
                AddLeaf(ref usage, *pmd, area.Flags);
            else if (pmd != null && *pmd != 0)
                AddEntries(ref usage, _tables.Table(*pmd) + PageTables.PteIndex(at), (int)((next - at) >> PageSize.Shift), area.Flags);
            at = next;
        }

        return usage;
    }

    private void AddEntries(ref AreaUsage usage, ulong* entry, int count, VmaFlags flags)
    {
        for (int i = 0; i < count; i++)
            if (Pte.IsMapped(entry[i]) && (entry[i] & Pte.Special) == 0)
                AddPage(ref usage, Pte.Frame(entry[i]), entry[i], flags);
            else if (Pte.IsSwap(entry[i]))
                usage.AddSwapped((int)_machine.Swap[Pte.SwapSlot(entry[i])].Count);
    }

    private void AddLeaf(ref AreaUsage usage, ulong leaf, VmaFlags flags)
    {
        if ((leaf & Pte.Special) != 0)
            return;
        uint head = Pte.Frame(leaf);
        for (uint i = 0; i < PageTables.Entries; i++)
            AddPage(ref usage, head + i, leaf, flags);
        if (!IsCached(head))
            usage.AnonHugePages += PageTables.PmdBytes;
        else if ((_frames[head].Flags & FrameFlags.SwapBacked) != 0)
            usage.ShmemPmdMapped += PageTables.PmdBytes;
        else
            usage.FilePmdMapped += PageTables.PmdBytes;
    }

    /// <summary>A piece of a huge page has the flags of its first frame, and is mapped as often as its PTEs and the leaves say.</summary>
    private void AddPage(ref AreaUsage usage, uint pfn, ulong entry, VmaFlags flags)
    {
        FrameFlags frame = _frames[pfn].Flags;
        int mapped = _frames[pfn].MapCount;
        if ((entry & Pte.Huge) != 0 ? !IsCached(pfn) : IsHugePiece(pfn))
        {
            uint head = pfn & ~(Migratetypes.PageblockPages - 1);
            frame = _frames[head].Flags;
            mapped = _frames[head + 1].EntireMapCount + (IsHugePieceMapped(head) ? mapped : 0);
        }

        usage.AddPage(frame, mapped, (entry & Pte.Accessed) != 0, (entry & Pte.Dirty) != 0, (flags & VmaFlags.Locked) != 0);
    }

    /// <summary>Map counts of pieces are only kept once a leaf was split.</summary>
    private bool IsHugePieceMapped(uint head) => (_frames[head + 1].Flags & FrameFlags.Tail) != 0;

    private bool IsThpEligible(in Vma area, Inode? file)
    {
        if (file != null)
            return false;
        ulong first = (area.Start + PageTables.PmdBytes - 1) & ~(PageTables.PmdBytes - 1);
        return first + PageTables.PmdBytes <= area.End && WantsHugePages(area.Flags);
    }
}
