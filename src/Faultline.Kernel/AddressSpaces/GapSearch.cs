// Where mmap(2) puts a mapping that did not ask for a place: top down, the highest hole that fits (mm/vma.c
// vm_unmapped_area, arch/x86/kernel/sys_x86_64.c, mm/huge_memory.c __thp_get_unmapped_area, 6.18).

namespace Faultline.Kernel;

internal static class GapSearch
{
    public const ulong HugePageBytes = 2UL << 20;

    /// <summary>The chosen start, or null when no hole is large enough (ENOMEM). Length in bytes, a page multiple, not 0.</summary>
    public static ulong? Place(VmaSet areas, AddressSpaceLayout layout, ulong hint, ulong length)
    {
        if (hint != 0 || length % HugePageBytes != 0)
            return PlaceAnywhere(areas, layout, hint, length);
        return PlaceForHugePages(areas, layout, length, 0) ?? HighestGap(areas, layout, length);
    }

    /// <summary>A file on a disk, mapped from a byte offset on: huge pages of the file should lie on 2 MiB boundaries if it holds a whole one.</summary>
    public static ulong? PlaceFile(VmaSet areas, AddressSpaceLayout layout, ulong hint, ulong length, ulong offset)
    {
        ulong aligned = (offset + HugePageBytes - 1) & ~(HugePageBytes - 1);
        if (hint != 0 || offset + length <= aligned || offset + length - aligned < HugePageBytes)
            return PlaceAnywhere(areas, layout, hint, length);
        return PlaceForHugePages(areas, layout, length, offset) ?? HighestGap(areas, layout, length);
    }

    /// <summary>At the hint if that is free, else in the highest hole.</summary>
    public static ulong? PlaceAnywhere(VmaSet areas, AddressSpaceLayout layout, ulong hint, ulong length) =>
        hint != 0 && HintIsFree(areas, layout, hint, length) ? hint : HighestGap(areas, layout, length);

    private static bool HintIsFree(VmaSet areas, AddressSpaceLayout layout, ulong hint, ulong length) =>
        hint >= layout.MmapMin.Value && length <= layout.Top && hint <= layout.Top - length && areas.IsFree(hint, hint + length);

    /// <summary>
    /// Whole huge pages are looked for with 2 MiB to spare, so that they can start on a 2 MiB boundary. A hole's bottom that is
    /// aligned already is passed over for the next boundary.
    /// </summary>
    private static ulong? PlaceForHugePages(VmaSet areas, AddressSpaceLayout layout, ulong length, ulong fileOffset)
    {
        if (length > layout.Top || HighestGap(areas, layout, length + HugePageBytes) is not { } start)
            return null;
        ulong offset = (fileOffset - start) & (HugePageBytes - 1);
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
