// A cache of kernel objects of one size (struct kmem_cache, mm/slub.c, 6.18, without per-CPU sheaves and debugging).
//
//   processor    slab it takes from (free list of its own) ─► partial list, at most CpuPartialSlabs
//                                                                  │ overflow          ▲ refill, half of the limit
//   node         partial list: slabs with free objects  ◄──────────┘───────────────────┘
//   full slabs   on no list; the first object freed puts one on the partial list of the processor that freed it
//
// A slab that becomes empty on the node's list goes back to the page allocator, if MinPartial others stay.

using System.Runtime.CompilerServices;

namespace Faultline.Kernel;

/// <summary>
/// One cache. An object's handle is its physical address in bytes; 0 is none. Not thread safe. Taking and giving back are in the other
/// files of this class.
/// </summary>
internal sealed unsafe partial class KmemCache
{
    private readonly FrameAllocator _allocator;
    private readonly SlabMemory _memory;
    private readonly VmStat _stat;
    private readonly CpuSlab* _cpuSlabs;
    private readonly int _cpus;
    private readonly SlabGeometry _geometry;
    private readonly uint _size;

    /// <summary>2^32 / size, rounded up: what stands for a division by the size (include/linux/reciprocal_div.h).</summary>
    private readonly ulong _reciprocal;
    private readonly Migratetype _type;
    private readonly VmEvent _counter;
    private Slab* _all;
    private Slab* _freeRecords;

    /// <summary>Throws <see cref="ArgumentException"/> where an object of the size does not fit the largest slab.</summary>
    public KmemCache(FrameAllocator allocator, SlabMemory memory, VmStat stat, int cpus, string name, SlabGeometry geometry, SlabFlags flags)
    {
        if (geometry.Objects == 0)
            throw new ArgumentException($"an object of {geometry.Size} bytes does not fit a slab of cache {name}");
        (_allocator, _memory, _stat, _cpus) = (allocator, memory, stat, cpus);
        (Name, _geometry, Flags, _size) = (name, geometry, flags, geometry.Size);
        _reciprocal = ((1UL << 32) / _size) + 1;
        bool reclaimable = (flags & SlabFlags.ReclaimAccount) != 0;
        _type = reclaimable ? Migratetype.Reclaimable : Migratetype.Unmovable;
        _counter = reclaimable ? VmEvent.nr_slab_reclaimable : VmEvent.nr_slab_unreclaimable;
        _cpuSlabs = (CpuSlab*)memory.Take((uint)(cpus * sizeof(CpuSlab)));
    }

    public string Name { get; }

    public SlabFlags Flags { get; }

    public SlabGeometry Geometry => _geometry;

    /// <summary>Objects handed out and not given back.</summary>
    public ulong ObjectsInUse { get; private set; }

    public ulong Slabs { get; private set; }

    /// <summary>Places for objects in all slabs.</summary>
    public ulong TotalObjects { get; private set; }

    /// <summary>Frames in all slabs.</summary>
    public ulong Pages { get; private set; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong AddressOf(Slab* slab, ushort number) => ((ulong)slab->Pfn << PageSize.Shift) + (number - 1u) * _size;

    /// <summary>A slab of the smaller order may stand where one of the larger would begin: only a head frame is marked.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Slab* SlabOf(ulong address)
    {
        uint pfn = (uint)(address >> PageSize.Shift);
        Frame* head = _allocator.Frames + (pfn & ~((1u << _geometry.MinOrder) - 1));
        if ((head->Flags & FrameFlags.Slab) == 0)
            head = _allocator.Frames + (pfn & ~((1u << _geometry.Order) - 1));
        if ((head->Flags & FrameFlags.Slab) == 0)
            throw new InvalidOperationException($"0x{address:x} is no object of cache {Name}");
        return (Slab*)head->Table;
    }

    /// <summary>What a processor has of a cache (struct kmem_cache_cpu).</summary>
    private struct CpuSlab
    {
        public Slab* Slab;
        public Slab* Partial;
        public ushort Free;
    }
}
