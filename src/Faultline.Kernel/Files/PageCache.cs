// The page cache (mm/filemap.c, mm/shmem.c, 6.18): pages of files in memory, each found by file and page number. A page is in it until
// it is truncated, dropped or reclaimed, mapped or not.
//
// A folio of 2^n pages is n + 1 neighbouring orders: its frames are one aligned block of the buddy system, taken together, but each is
// kept as a frame of its own, with its own map count and place on an LRU list. That they belong together stands in their slots.

namespace Faultline.Kernel;

internal sealed unsafe partial class PageCache
{
    private readonly Machine _machine;
    private readonly FrameAllocator _allocator;
    private readonly Frame* _frames;
    private readonly Lru _lru;
    private readonly VmStat _stat;

    public PageCache(Machine machine)
    {
        _machine = machine;
        _allocator = machine.Frames;
        _frames = machine.Frames.Frames;
        _lru = machine.Lru;
        _stat = machine.Stat;
    }

    private FileSettings Settings => _machine.Options.Files;

    /// <summary>The frame that holds a page of a file, or none.</summary>
    public static uint Find(Inode file, ulong index)
    {
        ulong entry = file.Pages[index];
        return CacheEntry.IsPage(entry) ? CacheEntry.Pfn(entry) : FrameAllocator.None;
    }

    /// <summary>First page and order of the folio that a cached page is part of.</summary>
    public static (ulong First, int Order) FolioOf(Inode file, ulong index)
    {
        int order = CacheEntry.Order(file.Pages[index]);
        return (index & ~((1UL << order) - 1), order);
    }

    /// <summary>
    /// Puts a folio of 2^order pages into the cache at a page number that is a multiple of its size; nothing may be cached there. Answers
    /// its first frame, none where there is none to be had. Contents are the caller's concern.
    /// </summary>
    public uint Add(Inode file, ulong index, int order, Process process)
    {
        uint pages = 1u << order;
        bool charge = file.Kind == FileKind.Tmpfs && file.ChargedAtOnce == 0;
        if (charge && !_machine.Commit.TryCharge(pages, 0))
            return FrameAllocator.None;
        uint first = Take(order, process);
        if (first == FrameAllocator.None)
        {
            if (charge)
                _machine.Commit.Uncharge(pages);
            return first;
        }

        if (!file.Pages.TryMake(index, pages, process.Cpu))
        {
            for (uint i = 0; i < pages; i++)
                _machine.FreePage(process.Cpu, first + i);
            if (charge)
                _machine.Commit.Uncharge(pages);
            return FrameAllocator.None;
        }

        for (uint i = 0; i < pages; i++)
            Insert(file, index + i, first + i, order);
        return first;
    }

    /// <summary>A block of frames, charged to the memory cgroup of whoever needs it first, in single frames; none where there is none to be had.</summary>
    private uint Take(int order, Process process)
    {
        if (order == 0)
            return _machine.AllocatePage(process, process.Cgroup, Migratetype.Movable);
        if (process.Cgroup is { } group && !group.TryCharge(1UL << order, process))
            return FrameAllocator.None;
        uint first = _allocator.Allocate(process.Cpu, order, Migratetype.Movable, AllocationFlags.NoRetry | AllocationFlags.Daemons);
        if (first == FrameAllocator.None)
        {
            process.Cgroup?.Uncharge(1UL << order);
            return first;
        }

        _allocator.SplitHandedOut(first, order);
        for (uint i = 0; i < 1u << order; i++)
            _frames[first + i].Cgroup = process.Cgroup?.Number ?? 0;
        return first;
    }

    /// <summary>
    /// Makes sure that one page of a file is cached, and nothing beyond it: read from its disk (a major fault), fetched from swap (one
    /// too), or made of zeros. False when frames ran out.
    /// </summary>
    public bool Bring(Inode file, ulong index, Process process, ref bool major)
    {
        if (CacheEntry.IsValue(file.Pages[index]) && file.Kind == FileKind.Tmpfs)
            return BringFromSwap(file, index, process, ref major);
        if (file.Kind != FileKind.Disk)
            return Add(file, index, 0, process) != FrameAllocator.None;
        major = true;
        return ReadFolio(file, index, 0, process);
    }

    /// <summary>Readahead marked the folio of a cached page: its use starts the next window.</summary>
    public bool IsMarked(Inode file, ulong index)
    {
        (ulong first, _) = FolioOf(file, index);
        return (_frames[Find(file, first)].Flags & FrameFlags.Reclaim) != 0;
    }

    /// <summary>
    /// Takes one page out of the cache and gives its frame back. Nothing may map it. What was dirty is lost; a folio it was part of falls
    /// apart into single pages.
    /// </summary>
    public void Remove(Inode file, ulong index) => Replace(file, index, 0);

    private void Replace(Inode file, ulong index, ulong entry)
    {
        if (CacheEntry.Order(file.Pages[index]) != 0)
            SplitFolio(file, index);
        uint pfn = CacheEntry.Pfn(file.Pages[index]);
        ForgetDirty(file, pfn);
        file.Pages.Set(index, entry);
        TakeOut(file, pfn);
        if (file.Kind == FileKind.Tmpfs && file.ChargedAtOnce == 0)
            _machine.Commit.Uncharge(1);
    }

    /// <summary>Reclaim takes a page that nobody maps; what is to be remembered of it is kept in its place until it comes back.</summary>
    public void Evict(Inode file, ulong index, ulong shadow)
    {
        file.Values++;
        Replace(file, index, CacheEntry.Value(shadow));
    }

    /// <summary>Its frames go their own ways from now on (split_folio).</summary>
    public static void SplitFolio(Inode file, ulong index)
    {
        (ulong first, int order) = FolioOf(file, index);
        for (ulong at = first; at < first + (1UL << order); at++)
            file.Pages.Set(at, CacheEntry.Page(CacheEntry.Pfn(file.Pages[at]), 0));
    }

    private void Insert(Inode file, ulong index, uint pfn, int order)
    {
        ref Frame frame = ref _frames[pfn];
        frame.Flags = FrameFlags.Allocated | FrameFlags.FileCache | file.Kind switch
        {
            FileKind.Tmpfs => FrameFlags.SwapBacked,
            FileKind.Kernel => FrameFlags.Unevictable,
            _ => FrameFlags.None,
        };
        frame.Mapping = file.Number;
        frame.Index = index;
        ulong before = file.Pages[index];
        file.Pages.Set(index, CacheEntry.Page(pfn, order));
        if (CacheEntry.IsValue(before))
            TakeValue(file, pfn, CacheEntry.ValueOf(before));
        file.Cached++;
        _stat[VmEvent.nr_file_pages]++;
        if (file.Kind == FileKind.Tmpfs)
            _stat[VmEvent.nr_shmem]++;
        _lru.Add(pfn);
    }

    /// <summary>A page comes back to where something was kept: what was remembered of it tells whether it went too early.</summary>
    private void TakeValue(Inode file, uint pfn, ulong value)
    {
        file.Values--;
        if (file.Kind == FileKind.Disk)
            _machine.Workingset.Refault(pfn, value, _machine.Swap.Free != 0);
    }

    private void TakeOut(Inode file, uint pfn)
    {
        if (--file.Cached == 0)
            _machine.Files.Names.NoteWithoutPages(file);
        _stat[VmEvent.nr_file_pages]--;
        if (file.Kind == FileKind.Tmpfs)
            _stat[VmEvent.nr_shmem]--;
        _machine.FreePage(0, pfn);
    }
}
