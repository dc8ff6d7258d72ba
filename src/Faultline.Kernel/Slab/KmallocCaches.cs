// kmalloc (mm/slab_common.c kmalloc_info, include/linux/slab.h __kmalloc_index, mm/slub.c ___kmalloc_large_node, 6.18): powers of
// two from 8 to 8192 bytes, and 96 and 192 between them; what is larger is a block of pages.

using System.Globalization;
using System.Numerics;

namespace Faultline.Kernel;

internal sealed class KmallocCaches
{
    /// <summary>KMALLOC_MAX_CACHE_SIZE: two pages.</summary>
    public const uint MaxCached = 2 * (uint)PageSize.Bytes;

    /// <summary>KMALLOC_MAX_SIZE: the largest block of the buddy system.</summary>
    public const uint Max = (uint)PageSize.Bytes << Order.Max;

    private const int LeastShift = 3;
    private const int MostShift = 13;

    private readonly KmemCache[] _powers = new KmemCache[MostShift - LeastShift + 1];
    private readonly KmemCache _96;
    private readonly KmemCache _192;
    private readonly FrameAllocator _allocator;
    private readonly VmStat _stat;

    public KmallocCaches(KernelCaches caches, FrameAllocator allocator, VmStat stat)
    {
        (_allocator, _stat) = (allocator, stat);
        _96 = caches.Create("kmalloc-96", 96, 32, SlabFlags.NoMerge);
        _192 = caches.Create("kmalloc-192", 192, 64, SlabFlags.NoMerge);
        for (int shift = LeastShift; shift <= MostShift; shift++)
        {
            string size = shift >= 10 ? $"{1 << (shift - 10)}k" : (1 << shift).ToString(CultureInfo.InvariantCulture);
            _powers[shift - LeastShift] = caches.Create("kmalloc-" + size, 1u << shift, 1u << shift, SlabFlags.NoMerge);
        }
    }

    /// <summary>Frames in blocks that are too large for caches.</summary>
    public ulong LargePages { get; private set; }

    /// <summary>The physical address of so many bytes, or 0 when no page could be had. Throws <see cref="ArgumentException"/> for 0 bytes or more than <see cref="Max"/>.</summary>
    public ulong Allocate(int cpu, uint bytes)
    {
        if (bytes <= MaxCached)
            return For(bytes).Allocate(cpu);
        if (bytes > Max)
            throw new ArgumentException($"kmalloc serves at most {Max} bytes, not {bytes}");
        int order = OrderOf(bytes);
        uint pfn = _allocator.Allocate(cpu, order, Migratetype.Unmovable, AllocationFlags.None);
        CountLarge(pfn == FrameAllocator.None ? 0 : 1L << order);
        return (ulong)pfn << PageSize.Shift;
    }

    /// <summary>Gives back what was taken with the same number of bytes.</summary>
    public void Free(int cpu, ulong address, uint bytes)
    {
        if (bytes <= MaxCached)
        {
            For(bytes).Free(cpu, address);
            return;
        }

        CountLarge(-(1L << OrderOf(bytes)));
        _allocator.Free(cpu, (uint)(address >> PageSize.Shift), OrderOf(bytes));
    }

    /// <summary>The cache for a request of 1 to <see cref="MaxCached"/> bytes.</summary>
    public KmemCache For(uint bytes)
    {
        if (bytes is 0 or > MaxCached)
            throw new ArgumentException($"kmalloc serves 1 to {MaxCached} bytes from caches, not {bytes}");
        if (bytes is > 64 and <= 96)
            return _96;
        if (bytes is > 128 and <= 192)
            return _192;
        return _powers[Math.Max(bytes <= 1 ? 0 : BitOperations.Log2(bytes - 1) + 1, LeastShift) - LeastShift];
    }

    private static int OrderOf(uint bytes) => BitOperations.Log2((bytes - 1) >> PageSize.Shift) + 1;

    private void CountLarge(long pages)
    {
        LargePages += (ulong)pages;
        _stat[VmEvent.nr_slab_unreclaimable] += (ulong)pages;
    }
}
