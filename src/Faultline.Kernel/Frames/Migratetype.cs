// Blocks of memory are grouped by how hard their contents are to move (include/linux/mmzone.h enum migratetype,
// mm/page_alloc.c fallbacks[], 6.18), so that what cannot move does not lie scattered over all of memory.

using System.Runtime.CompilerServices;

namespace Faultline.Kernel;

/// <summary>What a 2 MiB pageblock is kept for. Everything starts Movable.</summary>
internal enum Migratetype
{
    Unmovable,
    Movable,
    Reclaimable,

    /// <summary>Set aside for requests that cannot wait; never on a per-CPU list.</summary>
    HighAtomic,
}

internal static class Migratetypes
{
    public const int Count = 4;

    /// <summary>Those that per-CPU lists exist for.</summary>
    public const int PerCpuCount = 3;

    public const int PageblockOrder = 9;
    public const uint PageblockPages = 1u << PageblockOrder;

    /// <summary>Where a type takes from, in turn, when its own lists are empty.</summary>
    public static ReadOnlySpan<Migratetype> Fallbacks(Migratetype type) => type switch
    {
        Migratetype.Unmovable => [Migratetype.Reclaimable, Migratetype.Movable],
        Migratetype.Movable => [Migratetype.Reclaimable, Migratetype.Unmovable],
        Migratetype.Reclaimable => [Migratetype.Unmovable, Migratetype.Movable],
        _ => [],
    };

    public static bool IsMergeable(Migratetype type) => type != Migratetype.HighAtomic;
}

/// <summary>The migratetype of each pageblock; a byte each, kept so that fresh zeros mean Movable and a large machine costs nothing.</summary>
internal readonly unsafe struct Pageblocks(byte* types)
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Migratetype TypeOf(uint pfn) => (Migratetype)(types[pfn >> Migratetypes.PageblockOrder] ^ (byte)Migratetype.Movable);

    public void SetType(uint pfn, Migratetype type) => types[pfn >> Migratetypes.PageblockOrder] = (byte)((byte)type ^ (byte)Migratetype.Movable);

    /// <summary>Sets every pageblock that a block of at least pageblock size covers.</summary>
    public void SetRange(uint pfn, int order, Migratetype type)
    {
        for (uint at = pfn; at < pfn + (1u << order); at += Migratetypes.PageblockPages)
            SetType(at, type);
    }
}
