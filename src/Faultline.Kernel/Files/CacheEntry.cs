// One slot of a file's page tree (an XArray entry, include/linux/xarray.h; mm/filemap.c, 6.18).
//
//   63 ………………………… 12   11 … 8   7 … 4   3  2   1     0
//   frame number             0     order   0  0   0   page       a page in memory; order is that of the folio it is part of
//   value                    0     0       0  0   value  0       no page: a swap slot (tmpfs), or what is remembered of an evicted page

namespace Faultline.Kernel;

internal static class CacheEntry
{
    private const ulong PageBit = 1;
    private const ulong ValueBit = 2;

    public static ulong Page(uint pfn, int order) => ((ulong)pfn << 12) | ((ulong)order << 4) | PageBit;

    public static ulong Value(ulong value) => (value << 12) | ValueBit;

    public static bool IsPage(ulong entry) => (entry & PageBit) != 0;

    public static bool IsValue(ulong entry) => (entry & ValueBit) != 0;

    public static uint Pfn(ulong entry) => (uint)(entry >> 12);

    public static int Order(ulong entry) => (int)((entry >> 4) & 15);

    public static ulong ValueOf(ulong entry) => entry >> 12;
}
