using Faultline.Kernel;
using Faultline.Libc;

namespace Faultline.Tracing.Scenarios;

/// <summary>What a scenario can ask of a process, NAME.quantity. Sizes are bytes.</summary>
internal static class ProcessQuantities
{
    public static IReadOnlyDictionary<string, Func<ScenarioProgram, decimal>> All { get; } = new Dictionary<string, Func<ScenarioProgram, decimal>>
    {
        ["pid"] = program => program.Process.Pid,
        ["virt"] = program => Bytes(program.Process.VirtualPages.Value),
        ["rss"] = program => Bytes(program.Process.ResidentPages.Value),
        ["shr"] = program => Bytes(program.Process.Resident.File + program.Process.Resident.SharedMemory),
        ["pss"] = program => program.Process.Smaps().Aggregate(0UL, (sum, area) => sum + area.Usage.ProportionalShift12) >> AreaUsage.PssShift,
        ["uss"] = program => program.Process.Smaps().Aggregate(0UL, (sum, area) => sum + area.Usage.Private.Value),
        ["anon"] = program => Bytes(program.Process.Resident.Anonymous),
        ["file"] = program => Bytes(program.Process.Resident.File),
        ["shmem"] = program => Bytes(program.Process.Resident.SharedMemory),
        ["swap"] = program => Bytes(program.Process.Resident.Swapped),
        ["peak"] = program => Bytes(program.Process.PeakResidentPages.Value),
        ["zero"] = program => Bytes(program.Process.ZeroPages.Value),
        ["pagetables"] = program => Bytes(program.Process.PageTablePages.Value),
        ["minflt"] = program => program.Process.MinorFaults,
        ["majflt"] = program => program.Process.MajorFaults,
        ["faults"] = program => program.Process.MinorFaults + program.Process.MajorFaults,
        ["threads"] = program => program.Process.ThreadCount,
        ["utime"] = program => program.Process.Task.UserTime,
        ["stime"] = program => program.Process.Task.SystemTime,
        ["maps"] = program => program.Process.MapCount,
        ["heap"] = program => program.Process.CurrentBreak.Value - program.Process.Layout.BrkStart.Value,
        ["brk"] = program => program.Process.SystemCalls.Brk,
        ["mmap"] = program => program.Process.SystemCalls.Mmap,
        ["munmap"] = program => program.Process.SystemCalls.Munmap,
        ["syscalls"] = program => program.Process.SystemCalls.Total,
        ["tlb_hits"] = program => program.Process.Tlb.L1Hits + program.Process.Tlb.L2Hits,
        ["tlb_misses"] = program => program.Process.Tlb.Walks,
        ["tlb_flushes"] = program => program.Process.Tlb.Flushes,
        ["oom_score"] = program => program.Process.Machine.Oom.Score(program.Process),
        ["oom_modern"] = program => ModernBadness.Score(program.Process, program.Process.Machine.Oom.TotalPages),
        ["oom_classic"] = program => ClassicScore(program.Process),
        ["oom_adj"] = program => program.Process.Task.Oom.Legacy,
        ["oom_score_adj"] = program => program.Process.Task.Oom.Score,
        ["arenas"] = program => program.Malloc?.ArenaCount ?? 0,
        ["malloc_arena"] = program => Info(program).Arena,
        ["malloc_used"] = program => Info(program).UordBlks,
        ["malloc_free"] = program => Info(program).FordBlks,
        ["malloc_top"] = program => Info(program).KeepCost,
        ["malloc_mapped"] = program => Info(program).HBlkHd,
    };

    /// <summary>What 2.6.32 would say, whatever the machine's profile.</summary>
    private static decimal ClassicScore(Process process) => ClassicBadness.Points(
        process,
        process.Machine.Processes.Where(other => other.Task.ParentPid == process.Pid),
        process.Machine.Clock.Now,
        OomProfile.Linux2_6_32);

    private static decimal Bytes(ulong pages) => pages << PageSize.Shift;

    private static MallocInfo Info(ScenarioProgram program) => program.Malloc?.GetMallocInfo() ?? default;
}
