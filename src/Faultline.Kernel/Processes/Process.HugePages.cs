// Transparent huge pages (mm/huge_memory.c do_huge_pmd_anonymous_page, do_huge_pmd_wp_page, 6.18). A fault where no table is yet
// maps 2 MiB at once if the policy wants it and the area holds all of them; a read maps the huge page of zeros. Where no block
// of that size is left, small pages do.

namespace Faultline.Kernel;

public sealed unsafe partial class Process
{
    private const ulong HugePages = PageTables.Entries;

    /// <summary>The policy wants a huge page here, and the selected area contains the whole of it.</summary>
    private bool ThpFits(ulong page)
    {
        ulong start = page & ~(PageTables.PmdBytes - 1);
        return WantsHugePages(_areaFlags) && start >= _areaStart && start + PageTables.PmdBytes <= _areaEnd;
    }

    private bool WantsHugePages(VmaFlags flags) => _machine.Options.Thp switch
    {
        ThpPolicy.Never => false,
        ThpPolicy.Always => (flags & VmaFlags.NoHugePage) == 0,
        _ => (flags & VmaFlags.HugePage) != 0,
    };

    /// <summary>Maps a huge page; false where there is a PTE table already, or no memory for it.</summary>
    private bool TryHugeFault(ulong page, AccessKind kind)
    {
        ulong* pmd = _tables.EnsurePmd(page);
        if (pmd == null || *pmd != 0)
            return false;
        bool write = kind == AccessKind.Write;
        if (!PrepareReverseMap() || !_tables.DepositFor(page))
            return false;
        uint frame = write ? TakeOwnHugePage(page) : _machine.EnsureHugeZeroFrame(_cpu);
        if (frame == FrameAllocator.None)
        {
            _tables.GiveTable(_tables.Withdraw(page));
            if (!write)
                _stat[VmEvent.thp_fault_fallback]++;
            return false;
        }

        *pmd = write
            ? Pte.Make(frame, _areaLeaf | Pte.Huge | Pte.Writable | Pte.Dirty)
            : Pte.Make(frame, _areaLeaf | Pte.Huge | Pte.Special);
        if (write)
            AddAnonymous(HugePages);
        else
            _zeroPages += HugePages;
        return true;
    }

    /// <summary>
    /// A store to a huge leaf mapped read-only. False: the leaf was split, and the page's own PTE must be served now, because
    /// others share the huge page or no second one could be had.
    /// </summary>
    private bool TryHugeWriteProtected(ulong page, ulong* pmd)
    {
        uint frame = Pte.Frame(*pmd);
        if ((*pmd & Pte.Special) != 0)
        {
            uint own = TakeOwnHugePage(page);
            if (own != FrameAllocator.None)
            {
                *pmd = Pte.Make(own, _areaLeaf | Pte.Huge | Pte.Writable | Pte.Dirty);
                _zeroPages -= HugePages;
                AddAnonymous(HugePages);
                return true;
            }
        }
        else if ((_frames[frame].Flags & FrameFlags.Exclusive) != 0
            || (_frames[frame + 1].EntireMapCount == 1 && _frames[frame + 1].PieceMapCount == 0))
        {
            _frames[frame].Flags |= FrameFlags.Exclusive;
            *pmd |= Pte.Writable | Pte.Dirty;
            return true;
        }

        SplitHugeLeaf(page, pmd);
        return false;
    }

    private uint TakeOwnHugePage(ulong page)
    {
        AllocationFlags flags = AllocationFlags.NoRetry;
        if ((_areaFlags & VmaFlags.HugePage) != 0)
            flags |= AllocationFlags.Compact;
        uint head = _allocator.Allocate(_cpu, Migratetypes.PageblockOrder, Migratetype.Movable, flags);
        if (head != FrameAllocator.None && _cgroup != null && !ChargeHugePage(head))
            head = FrameAllocator.None;
        if (head == FrameAllocator.None)
        {
            _stat[VmEvent.thp_fault_fallback]++;
            return head;
        }

        _frames[head].Flags |= FrameFlags.Anonymous | FrameFlags.SwapBacked | FrameFlags.Exclusive;
        if ((_areaFlags & VmaFlags.Locked) != 0)
            MarkLocked(ref _frames[head]);
        _frames[head].Mapping = (uint)Pid;
        _frames[head].Index = (page & ~(PageTables.PmdBytes - 1)) >> PageSize.Shift;
        _lru.Add(head);
        _frames[head + 1].EntireMapCount = 1;
        _stat[VmEvent.thp_fault_alloc]++;
        _vector.Counts.thp_fault_alloc++;
        _stat[VmEvent.nr_anon_transparent_hugepages]++;
        _stat[VmEvent.nr_anon_pages] += HugePages;
        return head;
    }
}
