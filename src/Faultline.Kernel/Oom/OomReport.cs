// The lines of an OOM kill in the kernel log (mm/oom_kill.c dump_header, dump_task, dump_oom_victim, __oom_kill_process, oom_reap_task_mm,
// 6.18), without the stack and the memory statistics between them.

using System.Globalization;

namespace Faultline.Kernel;

internal static class OomReport
{
    private const string TableHead =
        "[  pid  ]   uid  tgid total_vm      rss rss_anon rss_file rss_shmem pgtables_bytes swapents oom_score_adj name";

    public static void WriteKill(KernelLog log, OomRequest request, Process victim)
    {
        WriteHeader(log, request);
        string place = request.Constraint == OomConstraint.MemoryCgroup
            ? $"constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg={request.Cgroup},task_memcg={request.Cgroup}"
            : "constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,task_memcg=/";
        TaskInfo task = victim.Task;
        log.Add(string.Create(CultureInfo.InvariantCulture, $"oom-kill:{place},task={task.Comm},pid={victim.Pid},uid={task.Uid}"));
        string message = request.Constraint == OomConstraint.MemoryCgroup ? "Memory cgroup out of memory" : "Out of memory";
        log.Add(string.Create(CultureInfo.InvariantCulture, $"{message}: Killed process {victim.Pid} ({task.Comm}) total-vm:{Kib(victim.VirtualPages.Value)}kB, "
            + $"anon-rss:{Kib(victim.Resident.Anonymous)}kB, file-rss:{Kib(victim.Resident.File)}kB, shmem-rss:{Kib(victim.Resident.SharedMemory)}kB, "
            + $"UID:{task.Uid} pgtables:{Kib(victim.PageTablePages.Value)}kB oom_score_adj:{task.Oom.Score}"));
    }

    public static void WriteReaped(KernelLog log, OomKill kill) =>
        log.Add(string.Create(CultureInfo.InvariantCulture, $"oom_reaper: reaped process {kill.Pid} ({kill.Comm}), now anon-rss:0kB, file-rss:0kB, shmem-rss:0kB"));

    /// <summary>There the real machine panics; the simulated one goes on, and the allocation fails.</summary>
    public static void WriteNobody(KernelLog log, OomRequest request)
    {
        WriteHeader(log, request);
        log.Add("Out of memory and no killable processes...");
    }

    private static void WriteHeader(KernelLog log, OomRequest request)
    {
        log.Add(string.Create(CultureInfo.InvariantCulture, $"{request.Current.Task.Comm} invoked oom-killer: gfp_mask={GfpMask(request)}, order={request.Order}, oom_score_adj={request.Current.Task.Oom.Score}"));
        log.Add("Tasks state (memory values in pages):");
        log.Add(TableHead);
        foreach (Process process in request.Candidates)
            log.Add(Row(process));
    }

    private static string Row(Process process) => string.Create(
        CultureInfo.InvariantCulture,
        $"[{process.Pid,7}] {process.Task.Uid,5} {process.Pid,5} {process.VirtualPages.Value,8} {process.ResidentPages.Value,8} {process.Resident.Anonymous,8} "
        + $"{process.Resident.File,8} {process.Resident.SharedMemory,9} {process.PageTablePages.Value << PageSize.Shift,8} {process.Resident.Swapped,8}"
        + $"         {process.Task.Oom.Score,5} {process.Task.Comm}");

    /// <summary>What a fault on anonymous memory asks with; charging a cgroup asks with GFP_KERNEL.</summary>
    private static string GfpMask(OomRequest request) => request.Constraint == OomConstraint.MemoryCgroup
        ? "0xcc0(GFP_KERNEL)"
        : "0x140dca(GFP_HIGHUSER_MOVABLE|__GFP_ZERO|__GFP_COMP)";

    private static ulong Kib(ulong pages) => pages << (PageSize.Shift - 10);

}
