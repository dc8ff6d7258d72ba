// Where mmap(2) puts a mapping that did not ask for a place: top down, the highest hole that fits (mm/vma.c
// vm_unmapped_area, arch/x86/kernel/sys_x86_64.c, mm/huge_memory.c __thp_get_unmapped_area, 6.18).

namespace Faultline.Kernel;

internal static class GapSearch
{
    public const ulong HugePageBytes = 2UL << 20;

    /// <summary>The chosen start, or null when no hole is large enough (ENOMEM). Length in bytes, a page multiple, not 0.</summary>
    public static ulong? Place(VmaSet areas, AddressSpaceLayout layout, ulong hint, ulong length)
    {
        if (hint != 0)
            return HintIsFree(areas, layout, hint, length) ? hint : HighestGap(areas, layout, length);
        return length % HugePageBytes == 0
            ? PlaceForHugePages(areas, layout, length) ?? HighestGap(areas, layout, length)
            : HighestGap(areas, layout, length);
    }

    private static bool HintIsFree(VmaSet areas, AddressSpaceLayout layout, ulong hint, ulong length) =>
        hint >= layout.MmapMin.Value && length <= layout.Top && hint <= layout.Top - length && areas.IsFree(hint, hint + length);

    /// <summary>
    /// Whole huge pages are looked for with 2 MiB to spare, so that they can start on a 2 MiB boundary. A hole's bottom that is
    /// aligned already is passed over for the next boundary.
    /// </summary>
    private static ulong? PlaceForHugePages(VmaSet areas, AddressSpaceLayout layout, ulong length)
    {
        if (length > layout.Top || HighestGap(areas, layout, length + HugePageBytes) is not { } start)
            return null;
        ulong offset = (0 - start) & (HugePageBytes - 1);
        return offset == 0 ? start + HugePageBytes : start + offset;
    }

    private static ulong? HighestGap(VmaSet areas, AddressSpaceLayout layout, ulong length)
    {
        ulong ceiling = layout.MmapBase.Value;
        for (int index = areas.FindIndex(ceiling - 1); index >= 0; index--)
        {
            if (index < areas.Count && areas[index].Start < ceiling)
                ceiling = areas[index].Start;
            ulong floor = Math.Max(index == 0 ? 0 : areas[index - 1].End, layout.MmapMin.Value);
            if (ceiling >= floor && ceiling - floor >= length)
                return ceiling - length;
        }

        return null;
    }
}
