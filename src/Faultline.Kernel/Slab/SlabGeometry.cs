// How a cache lays its objects out (mm/slub.c calculate_sizes, calculate_order, set_cpu_partial; mm/slab_common.c
// calculate_alignment, 6.18).
//
//   one slab = 2^order pages   │ object 0 │ object 1 │ … │ object n−1 │ rest │
//                               ◄─ size ──►
//
// Larger slabs waste less at their end and are fetched less often, but are harder to find: the smallest order is taken that holds
// enough objects for the number of processors and wastes at most a sixteenth (then an eighth, …).

using System.Numerics;

namespace Faultline.Kernel;

/// <summary>SLAB_* attributes of a cache that change its layout or where its pages come from.</summary>
[Flags]
internal enum SlabFlags
{
    None = 0,

    /// <summary>Objects start on cache lines, small ones on a fraction of one (SLAB_HWCACHE_ALIGN).</summary>
    HardwareAligned = 1,

    /// <summary>Objects can be given up under pressure: pages are grouped with others of that kind (SLAB_RECLAIM_ACCOUNT).</summary>
    ReclaimAccount = 2,

    /// <summary>Objects may be looked at after they were freed (SLAB_TYPESAFE_BY_RCU): the free list's link lies behind the object.</summary>
    TypesafeByRcu = 4,

    /// <summary>Objects are constructed once a slab and stay so while they are free: as above.</summary>
    Constructed = 8,

    /// <summary>The link has a place inside the object although it must keep its contents (freeptr_offset).</summary>
    OwnFreePointer = 16,

    /// <summary>Charged to memory cgroups (SLAB_ACCOUNT): does not share slabs with what is not.</summary>
    Account = 32,

    /// <summary>Never shares slabs with another cache: its objects may be copied to user space, or it was made so.</summary>
    NoMerge = 64,

    /// <summary>What two caches must have in common to be one (SLAB_MERGE_SAME).</summary>
    MergeSame = ReclaimAccount | Account,
}

/// <summary>
/// Sizes in bytes: of the object, and of its place in a slab with alignment and links. Objects of a slab of <see cref="Order"/>, and of
/// <see cref="MinOrder"/>, which does when memory is too scattered. Limits: slabs on a node's partial list that are kept even when they are empty
/// (<see cref="MinPartial"/>), slabs on a processor's partial list (<see cref="CpuPartialSlabs"/>).
/// </summary>
internal readonly record struct SlabGeometry(uint ObjectSize, uint Size, int Order, int Objects, int MinOrder, int MinObjects, int MinPartial, int CpuPartialSlabs)
{
    public const int MaxOrder = 3;

    private const uint CacheLine = 64;
    private const uint Word = 8;
    private const uint PageBytes = (uint)PageSize.Bytes;
    private const int LeastMinPartial = 5;
    private const int MostMinPartial = 10;

    /// <summary>Lays out a cache. Alignment in bytes, a power of two, or 0 for none in particular. Processors: those present.</summary>
    public static SlabGeometry For(uint objectSize, uint alignment, SlabFlags flags, int cpus)
    {
        uint size = RoundUp(objectSize, Word);
        bool keepsContents = (flags & (SlabFlags.TypesafeByRcu | SlabFlags.Constructed)) != 0;
        if (keepsContents && (flags & SlabFlags.OwnFreePointer) == 0)
            size += Word;
        return ForSize(objectSize, RoundUp(size, Alignment(objectSize, alignment, flags)), cpus);
    }

    /// <summary>The layout of objects that take <paramref name="size"/> bytes each, links and alignment included.</summary>
    public static SlabGeometry ForSize(uint objectSize, uint size, int cpus)
    {
        int order = OrderFor(size, cpus);
        int minOrder = OrderOf(size);
        int objects = ObjectsIn(order, size);
        return new(objectSize, size, order, objects, minOrder, ObjectsIn(minOrder, size),
            Math.Clamp(BitOperations.Log2(size) / 2, LeastMinPartial, MostMinPartial), (CpuPartialObjects(size) * 2 + objects - 1) / objects);
    }

    /// <summary>How many free objects a processor may keep on its partial list, roughly (cpu_partial).</summary>
    public static int CpuPartialObjects(uint size) => size >= PageBytes ? 6 : size >= 1024 ? 24 : size >= 256 ? 52 : 120;

    private static uint Alignment(uint objectSize, uint alignment, SlabFlags flags)
    {
        if ((flags & SlabFlags.HardwareAligned) != 0)
        {
            uint line = CacheLine;
            while (objectSize <= line / 2)
                line /= 2;
            alignment = Math.Max(alignment, line);
        }

        return Math.Max(alignment, Word);
    }

    private static int OrderFor(uint size, int cpus)
    {
        int wanted = 4 * (BitOperations.Log2((uint)cpus) + 2);
        int least = OrderOf((uint)Math.Min(wanted, Math.Max(ObjectsIn(MaxOrder, size), 1)) * size);
        for (uint fraction = 16; fraction > 1; fraction /= 2)
            for (int order = least; order <= MaxOrder; order++)
                if ((PageBytes << order) % size <= (PageBytes << order) / fraction)
                    return order;
        return OrderOf(size);
    }

    private static int ObjectsIn(int order, uint size) => (int)((PageBytes << order) / size);

    private static int OrderOf(uint bytes) => bytes <= PageBytes ? 0 : BitOperations.Log2((bytes - 1) >> PageSize.Shift) + 1;

    private static uint RoundUp(uint value, uint alignment) => (value + alignment - 1) & ~(alignment - 1);
}
