// The files of a memory cgroup under /sys/fs/cgroup, version 2 (mm/memcontrol.c memory_files, swap_files, memcg_stat_format, 6.18). Sizes
// are bytes.

using System.Globalization;
using System.Text;

namespace Faultline.Kernel;

internal static class CgroupFiles
{
    private const int Everybody = 0x124;        // 0444
    private const int RootWrites = 0x1a4;       // 0644
    private const string NoLimit = "max\n";

    public static IReadOnlyList<CgroupEntry> All { get; } =
    [
        new("cgroup.procs", Everybody, group => string.Concat(group.Members.Select(process => Number((ulong)process.Pid)))),
        new("memory.current", Everybody, group => Number(group.Usage.Bytes.Value)),
        new("memory.events", Everybody, Events),
        new("memory.events.local", Everybody, Events),
        new("memory.high", Everybody, _ => NoLimit),
        new("memory.low", Everybody, _ => Number(0)),
        new("memory.max", RootWrites, group => Number(group.Limit.Value), WriteMax),
        new("memory.min", Everybody, _ => Number(0)),
        new("memory.oom.group", Everybody, _ => Number(0)),
        new("memory.peak", Everybody, group => Number(group.MaxUsage.Bytes.Value)),
        new("memory.stat", Everybody, Stat),
        new("memory.swap.current", Everybody, group => Number(group.SwapUsage.Bytes.Value)),
        new("memory.swap.events", Everybody, _ => "high 0\nmax 0\nfail 0\n"),
        new("memory.swap.high", Everybody, _ => NoLimit),
        new("memory.swap.max", Everybody, _ => NoLimit),
    ];

    /// <summary>memory.stat. What is not modelled (sockets, zswap, promotion and demotion …) is 0.</summary>
    public static string Stat(MemoryCgroup group)
    {
        var text = new StringBuilder();
        CgroupUsage usage = CgroupUsage.Of(group.Machine, group.Vector);
        ulong tables = group.KernelPages.Value;
        Pages(text, ("anon", usage.Anonymous), ("file", usage.File), ("kernel", tables), ("kernel_stack", 0UL), ("pagetables", tables), ("sec_pagetables", 0UL));
        Pages(text, ("percpu", 0UL), ("sock", 0UL), ("vmalloc", 0UL), ("shmem", usage.SharedMemory), ("zswap", 0UL), ("zswapped", 0UL), ("file_mapped", usage.Mapped));
        Pages(text, ("file_dirty", usage.Dirty), ("file_writeback", usage.Writeback), ("swapcached", usage.SwapCache), ("anon_thp", usage.HugeAnonymous), ("file_thp", 0UL), ("shmem_thp", 0UL));
        for (LruList list = 0; (int)list < Lruvec.Lists; list++)
            Pages(text, ((VmEvent.nr_inactive_anon + (int)list).ToString()["nr_".Length..], group.Vector.Size(list)));
        Pages(text, ("slab_reclaimable", 0UL), ("slab_unreclaimable", 0UL), ("slab", 0UL));
        AppendEvents(text, group);
        return text.ToString();
    }

    private static void AppendEvents(StringBuilder text, MemoryCgroup group)
    {
        ref CgroupCounts counts = ref group.Vector.Counts;
        Lines(text, ("workingset_refault_anon", counts.workingset_refault_anon), ("workingset_refault_file", counts.workingset_refault_file));
        Lines(text, ("workingset_activate_anon", counts.workingset_activate_anon), ("workingset_activate_file", counts.workingset_activate_file));
        Lines(text, ("workingset_restore_anon", counts.workingset_restore_anon), ("workingset_restore_file", counts.workingset_restore_file), ("workingset_nodereclaim", 0UL));
        Lines(text, ("pgdemote_kswapd", 0UL), ("pgdemote_direct", 0UL), ("pgdemote_khugepaged", 0UL), ("pgdemote_proactive", 0UL));
        Lines(text, ("pgscan", counts.pgscan_kswapd + counts.pgscan_direct), ("pgsteal", counts.pgsteal_kswapd + counts.pgsteal_direct), ("pswpin", counts.pswpin), ("pswpout", counts.pswpout));
        Lines(text, ("pgscan_kswapd", counts.pgscan_kswapd), ("pgscan_direct", counts.pgscan_direct), ("pgscan_khugepaged", 0UL), ("pgscan_proactive", 0UL));
        Lines(text, ("pgsteal_kswapd", counts.pgsteal_kswapd), ("pgsteal_direct", counts.pgsteal_direct), ("pgsteal_khugepaged", 0UL), ("pgsteal_proactive", 0UL));
        Lines(text, ("pgfault", group.Faults), ("pgmajfault", group.MajorFaults), ("pgrefill", counts.pgrefill), ("pgactivate", counts.pgactivate), ("pgdeactivate", counts.pgdeactivate));
        Lines(text, ("pglazyfree", counts.pglazyfree), ("pglazyfreed", counts.pglazyfreed), ("swpin_zero", 0UL), ("swpout_zero", 0UL), ("zswpin", 0UL), ("zswpout", 0UL), ("zswpwb", 0UL));
        Lines(text, ("thp_fault_alloc", counts.thp_fault_alloc), ("thp_collapse_alloc", 0UL), ("thp_swpout", 0UL), ("thp_swpout_fallback", 0UL));
    }

    private static string Events(MemoryCgroup group) => string.Create(
        CultureInfo.InvariantCulture,
        $"low 0\nhigh 0\nmax {group.MaxEvents}\noom {group.OomEvents}\noom_kill {group.OomKills}\noom_group_kill 0\n");

    /// <summary>EINVAL for what is no size in bytes; EBUSY where not enough can be reclaimed.</summary>
    private static Errno WriteMax(MemoryCgroup group, string text)
    {
        if (!ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong bytes))
            return Errno.EINVAL;
        return group.TrySetLimit(bytes) ? Errno.None : Errno.EBUSY;
    }

    private static string Number(ulong value) => value.ToString(CultureInfo.InvariantCulture) + "\n";

    private static void Pages(StringBuilder text, params ReadOnlySpan<(string Name, ulong Value)> lines)
    {
        foreach ((string name, ulong value) in lines)
            text.Append(CultureInfo.InvariantCulture, $"{name} {value << PageSize.Shift}\n");
    }

    private static void Lines(StringBuilder text, params ReadOnlySpan<(string Name, ulong Value)> lines)
    {
        foreach ((string name, ulong value) in lines)
            text.Append(CultureInfo.InvariantCulture, $"{name} {value}\n");
    }
}
