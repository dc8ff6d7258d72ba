namespace Faultline.Kernel;

/// <summary>What happened to the pages of one memory cgroup (memcg_vm_event_stat and the workingset items, mm/memcontrol.c, 6.18); spelled as in /proc/vmstat.</summary>
internal struct CgroupCounts
{
    public ulong pswpin;
    public ulong pswpout;
    public ulong pgscan_kswapd;
    public ulong pgscan_direct;
    public ulong pgsteal_kswapd;
    public ulong pgsteal_direct;
    public ulong pgrefill;
    public ulong pgactivate;
    public ulong pgdeactivate;
    public ulong pglazyfree;
    public ulong pglazyfreed;
    public ulong thp_fault_alloc;
    public ulong workingset_refault_anon;
    public ulong workingset_refault_file;
    public ulong workingset_activate_anon;
    public ulong workingset_activate_file;
    public ulong workingset_restore_anon;
    public ulong workingset_restore_file;
}
