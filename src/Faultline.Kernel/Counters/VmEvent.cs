namespace Faultline.Kernel;

/// <summary>
/// The machine's counters: the one table of them, in the order of /proc/vmstat and spelled as there (mm/vmstat.c vmstat_text,
/// 6.18), so that the name printed is the name used. Those that start with nr_ are gauges (pages, but
/// nr_anon_transparent_hugepages and nr_file_pmdmapped count huge pages; nr_dirtied and nr_written only grow), the others only grow.
/// </summary>
public enum VmEvent
{
    nr_free_pages,
    nr_inactive_anon,
    nr_active_anon,
    nr_inactive_file,
    nr_active_file,
    nr_unevictable,
    nr_anon_pages,
    nr_mapped,
    nr_file_pages,
    nr_dirty,
    nr_shmem,
    nr_file_pmdmapped,
    nr_anon_transparent_hugepages,
    nr_dirtied,
    nr_written,
    nr_page_table_pages,
    pgpgin,
    pgpgout,
    pgalloc_dma,
    pgalloc_dma32,
    pgalloc_normal,
    pgfree,
    pgactivate,
    pgfault,
    pgmajfault,
    pgreuse,
    drop_pagecache,
    oom_kill,
    thp_fault_alloc,
    thp_fault_fallback,
    thp_file_mapped,
    thp_deferred_split_page,
    thp_split_pmd,
    thp_zero_page_alloc,
    thp_zero_page_alloc_failed,
}
