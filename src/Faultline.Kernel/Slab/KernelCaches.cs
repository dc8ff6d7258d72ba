// The caches that the modelled part of the kernel takes its objects from, made in the order of boot. Sizes, alignments and attributes
// are those of a 6.18 for x86-64 (defconfig with memory cgroups), read from /sys/kernel/slab.

namespace Faultline.Kernel;

/// <summary>All caches of a machine. Two whose objects have the same size and attributes are one (mm/slab_common.c find_mergeable).</summary>
internal sealed class KernelCaches : IDisposable
{
    private const SlabFlags Inode = SlabFlags.ReclaimAccount | SlabFlags.Account | SlabFlags.Constructed;
    private const SlabFlags AlignedAccount = SlabFlags.HardwareAligned | SlabFlags.Account;

    private readonly SlabMemory _memory = new();
    private readonly FrameAllocator _allocator;
    private readonly VmStat _stat;
    private readonly int _cpus;
    private readonly List<KmemCache> _caches = [];
    private readonly KmemCache _cache;
    private readonly KmemCache _node;

    /// <summary>Throws <see cref="OutOfMemoryException"/> where not even the caches' own records find a page.</summary>
    public KernelCaches(FrameAllocator allocator, VmStat stat, int cpus)
    {
        (_allocator, _stat, _cpus) = (allocator, stat, cpus);
        _cache = Add("kmem_cache", 232, 0, SlabFlags.HardwareAligned | SlabFlags.NoMerge);
        _node = Add("kmem_cache_node", 72, 0, SlabFlags.HardwareAligned | SlabFlags.NoMerge);
        Register();
        Register();
        Kmalloc = new KmallocCaches(this, allocator, stat);
        VmapArea = Create("vmap_area", 72, 0, SlabFlags.None);
        MmStruct = Create("mm_struct", 1568, 0, AlignedAccount | SlabFlags.NoMerge);
        RadixTreeNode = Create("radix_tree_node", 576, 0, SlabFlags.ReclaimAccount | SlabFlags.Constructed);
        Pid = Create("pid", 184, 0, AlignedAccount);
        AnonVma = Create("anon_vma", 96, 0, SlabFlags.TypesafeByRcu | SlabFlags.Account | SlabFlags.Constructed);
        AnonVmaChain = Create("anon_vma_chain", 64, 0, SlabFlags.Account);
        Cred = Create("cred", 184, 0, AlignedAccount);
        TaskStruct = Create("task_struct", 5840, 64, SlabFlags.Account | SlabFlags.NoMerge);
        SighandCache = Create("sighand_cache", 2080, 0, AlignedAccount | SlabFlags.TypesafeByRcu | SlabFlags.Constructed);
        SignalCache = Create("signal_cache", 1152, 0, AlignedAccount);
        FilesCache = Create("files_cache", 704, 0, AlignedAccount);
        FsCache = Create("fs_cache", 64, 0, AlignedAccount);
        VmAreaStruct = Create("vm_area_struct", 192, 0, AlignedAccount | SlabFlags.TypesafeByRcu | SlabFlags.OwnFreePointer);
        Dentry = Create("dentry", 192, 0, SlabFlags.ReclaimAccount | SlabFlags.Account | SlabFlags.NoMerge);
        InodeCache = Create("inode_cache", 616, 0, Inode);
        Filp = Create("filp", 184, 0, AlignedAccount | SlabFlags.TypesafeByRcu | SlabFlags.OwnFreePointer);
        ShmemInodeCache = Create("shmem_inode_cache", 744, 0, SlabFlags.Account | SlabFlags.Constructed);
        BufferHead = Create("buffer_head", 104, 0, SlabFlags.ReclaimAccount);
        Ext4InodeCache = Create("ext4_inode_cache", 1120, 0, Inode | SlabFlags.NoMerge);
    }

    /// <summary>In the order they were made; /proc/slabinfo lists the newest first.</summary>
    public IReadOnlyList<KmemCache> All => _caches;

    public KmallocCaches Kmalloc { get; }

    public KmemCache VmapArea { get; }

    public KmemCache MmStruct { get; }

    /// <summary>Nodes of the page cache's index, 64 pages each (struct xa_node).</summary>
    public KmemCache RadixTreeNode { get; }

    public KmemCache Pid { get; }

    public KmemCache Cred { get; }

    public KmemCache AnonVma { get; }

    public KmemCache AnonVmaChain { get; }

    public KmemCache TaskStruct { get; }

    public KmemCache SighandCache { get; }

    public KmemCache SignalCache { get; }

    public KmemCache FilesCache { get; }

    public KmemCache FsCache { get; }

    public KmemCache VmAreaStruct { get; }

    public KmemCache Dentry { get; }

    public KmemCache InodeCache { get; }

    public KmemCache Filp { get; }

    public KmemCache ShmemInodeCache { get; }

    public KmemCache BufferHead { get; }

    public KmemCache Ext4InodeCache { get; }

    /// <summary>Frames in slabs of all caches, and in kmalloc's larger blocks.</summary>
    public ulong Pages => _stat[VmEvent.nr_slab_reclaimable] + _stat[VmEvent.nr_slab_unreclaimable];

    /// <summary>A cache of its own, or an older one that serves as well. Sizes and alignment in bytes.</summary>
    public KmemCache Create(string name, uint objectSize, uint alignment, SlabFlags flags)
    {
        SlabGeometry geometry = SlabGeometry.For(objectSize, alignment, flags, _cpus);
        foreach (KmemCache other in _caches)
            if (MayMerge(other.Flags) && MayMerge(flags) && other.Geometry.Size == geometry.Size && ((other.Flags ^ flags) & SlabFlags.MergeSame) == 0)
                return other;
        KmemCache cache = Add(name, objectSize, alignment, flags);
        Register();
        return cache;
    }

    /// <summary>Gives back every slab that nothing is in (echo 1 to each cache's shrink file). Answers the pages freed.</summary>
    public ulong Shrink(int cpu)
    {
        ulong freed = 0;
        foreach (KmemCache cache in _caches)
            freed += cache.Shrink(cpu);
        return freed;
    }

    public void Dispose() => _memory.Dispose();

    /// <summary>Throws <see cref="InvalidOperationException"/> unless every cache is sound and the counters are the sums of its pages; answers the frames in slabs.</summary>
    public ulong CheckInvariants()
    {
        ulong reclaimable = 0, pages = Kmalloc.LargePages;
        foreach (KmemCache cache in _caches)
        {
            cache.CheckInvariants();
            pages += cache.Pages;
            reclaimable += (cache.Flags & SlabFlags.ReclaimAccount) != 0 ? cache.Pages : 0;
        }

        if (reclaimable != _stat[VmEvent.nr_slab_reclaimable] || pages != Pages)
            throw new InvalidOperationException($"{pages} pages in slabs, {reclaimable} of them reclaimable; counted are {Pages} and {_stat[VmEvent.nr_slab_reclaimable]}");
        return pages;
    }

    private static bool MayMerge(SlabFlags flags) => (flags & (SlabFlags.NoMerge | SlabFlags.TypesafeByRcu | SlabFlags.Constructed)) == 0;

    private KmemCache Add(string name, uint objectSize, uint alignment, SlabFlags flags)
    {
        var cache = new KmemCache(_allocator, _memory, _stat, _cpus, name, SlabGeometry.For(objectSize, alignment, flags, _cpus), flags);
        _caches.Add(cache);
        return cache;
    }

    /// <summary>A cache takes objects for itself and for its node.</summary>
    private void Register()
    {
        if (_cache.Allocate(0) == 0 || _node.Allocate(0) == 0)
            throw new OutOfMemoryException("the simulated machine has no page left for the kernel's object caches");
    }
}
