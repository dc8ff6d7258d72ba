// /proc/slabinfo (mm/slab_common.c print_slabinfo_header, cache_show; mm/slub.c get_slabinfo, 6.18), byte for byte. The newest
// cache comes first. Objects that processors keep ready for themselves count as active, and every slab does.

using System.Globalization;
using System.Text;

namespace Faultline.Kernel;

/// <summary>Text about the caches of kernel objects.</summary>
public static class SlabInfo
{
    public static string Text(Machine machine)
    {
        var text = new StringBuilder();
        text.Append("slabinfo - version: 2.1\n");
        text.Append("# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab>");
        text.Append(" : tunables <limit> <batchcount> <sharedfactor> : slabdata <active_slabs> <num_slabs> <sharedavail>\n");
        foreach (KmemCache cache in machine.Caches.All.Reverse())
        {
            ulong active = cache.TotalObjects - cache.FreeOnNode();
            text.Append(Line(cache.Name, active, cache.TotalObjects, cache.Geometry.Size, cache.Geometry.Objects, 1 << cache.Geometry.Order, cache.Slabs));
        }

        return text.ToString();
    }

    /// <summary>The line of one cache; object size in bytes.</summary>
    public static string Line(string name, ulong active, ulong objects, uint size, int objectsPerSlab, int pagesPerSlab, ulong slabs) =>
        string.Create(CultureInfo.InvariantCulture, $"{name,-17} {active,6} {objects,6} {size,6} {objectsPerSlab,4} {pagesPerSlab,4} : tunables {0,4} {0,4} {0,4} : slabdata {slabs,6} {slabs,6} {0,6}\n");
}
