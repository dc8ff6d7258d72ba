// /proc/meminfo (fs/proc/meminfo.c, arch/x86/mm/pat/set_memory.c; mm/show_mem.c si_mem_available, 6.18).

using System.Globalization;
using System.Text;

namespace Faultline.Kernel;

/// <summary>The text of /proc/meminfo, and the estimates behind it. Pages.</summary>
public static class MemInfo
{
    private const int KibShift = PageSize.Shift - 10;
    private const int NameWidth = 16;
    private const ulong VmallocTotalKib = 34359738367;

    public static string Text(Machine machine)
    {
        VmStat stat = machine.Stat;
        ulong slabReclaimable = stat[VmEvent.nr_slab_reclaimable], slabUnreclaimable = stat[VmEvent.nr_slab_unreclaimable];
        ulong swapCached = stat[VmEvent.nr_swapcached];
        var text = new StringBuilder();
        Append(text, "MemTotal", machine.ManagedPages.Value);
        Append(text, "MemFree", machine.FreePages.Value);
        Append(text, "MemAvailable", Available(machine));
        Append(text, "Buffers", 0);
        Append(text, "Cached", stat[VmEvent.nr_file_pages] - swapCached);
        Append(text, "SwapCached", swapCached);
        Append(text, "Active", stat[VmEvent.nr_active_anon] + stat[VmEvent.nr_active_file]);
        Append(text, "Inactive", stat[VmEvent.nr_inactive_anon] + stat[VmEvent.nr_inactive_file]);
        Append(text, "Active(anon)", stat[VmEvent.nr_active_anon]);
        Append(text, "Inactive(anon)", stat[VmEvent.nr_inactive_anon]);
        Append(text, "Active(file)", stat[VmEvent.nr_active_file]);
        Append(text, "Inactive(file)", stat[VmEvent.nr_inactive_file]);
        Append(text, "Unevictable", stat[VmEvent.nr_unevictable]);
        Append(text, "Mlocked", stat[VmEvent.nr_mlock]);
        Append(text, "SwapTotal", machine.SwapTotal.Value);
        Append(text, "SwapFree", machine.SwapFree.Value);
        Append(text, "Zswap", 0);
        Append(text, "Zswapped", 0);
        Append(text, "Dirty", stat[VmEvent.nr_dirty]);
        Append(text, "Writeback", stat[VmEvent.nr_writeback]);
        Append(text, "AnonPages", stat[VmEvent.nr_anon_pages]);
        Append(text, "Mapped", stat[VmEvent.nr_mapped]);
        Append(text, "Shmem", stat[VmEvent.nr_shmem]);
        Append(text, "KReclaimable", slabReclaimable);
        Append(text, "Slab", slabReclaimable + slabUnreclaimable);
        Append(text, "SReclaimable", slabReclaimable);
        Append(text, "SUnreclaim", slabUnreclaimable);
        AppendKib(text, "KernelStack", stat[VmEvent.nr_kernel_stack]);
        Append(text, "PageTables", stat[VmEvent.nr_page_table_pages]);
        foreach (string name in (string[])["SecPageTables", "NFS_Unstable", "Bounce", "WritebackTmp"])
            Append(text, name, 0);
        Append(text, "CommitLimit", machine.CommitLimit.Value);
        Append(text, "Committed_AS", machine.CommittedPages.Value);
        AppendKib(text, "VmallocTotal", VmallocTotalKib);
        foreach (string name in (string[])["VmallocUsed", "VmallocChunk", "Percpu"])
            Append(text, name, 0);
        Append(text, "AnonHugePages", stat[VmEvent.nr_anon_transparent_hugepages] << Migratetypes.PageblockOrder);
        foreach (string name in (string[])["ShmemHugePages", "ShmemPmdMapped", "FileHugePages", "FilePmdMapped", "Balloon"])
            Append(text, name, 0);
        foreach (string name in (string[])["HugePages_Total", "HugePages_Free", "HugePages_Rsvd", "HugePages_Surp"])
            text.Append(CultureInfo.InvariantCulture, $"{name + ":",-NameWidth}{0,8}\n");
        AppendKib(text, "Hugepagesize", 2048);
        AppendKib(text, "Hugetlb", 0);
        AppendKib(text, "DirectMap4k", 0);
        AppendKib(text, "DirectMap2M", 0);
        Append(text, "DirectMap1G", machine.DirectMappedPages.Value);
        return text.ToString();
    }

    /// <summary>si_mem_available: what could be had without swapping. Half of the cache, or the low watermark of it, is taken to be needed.</summary>
    public static ulong Available(Machine machine)
    {
        ulong low = 0, reserve = 0;
        foreach (ZoneInfo zone in machine.Zones)
        {
            low += zone.Watermarks.Low;
            reserve += Math.Min(zone.ManagedPages, zone.Watermarks.High + zone.LowmemReserve.Max());
        }

        VmStat stat = machine.Stat;
        ulong cache = stat[VmEvent.nr_active_file] + stat[VmEvent.nr_inactive_file];
        ulong slab = stat[VmEvent.nr_slab_reclaimable];
        long available = (long)machine.FreePages.Value - (long)reserve
            + (long)(cache - Math.Min(cache / 2, low)) + (long)(slab - Math.Min(slab / 2, low));
        return (ulong)Math.Max(available, 0);
    }

    private static void Append(StringBuilder text, string name, ulong pages) => AppendKib(text, name, pages << KibShift);

    private static void AppendKib(StringBuilder text, string name, ulong kib)
        => text.Append(CultureInfo.InvariantCulture, $"{name + ":",-NameWidth}{kib,8} kB\n");
}
