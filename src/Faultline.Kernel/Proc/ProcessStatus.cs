// /proc/PID/status (fs/proc/array.c proc_pid_status; fs/proc/task_mmu.c task_mem, 6.18): what is known of the task, and its memory in kB.

using System.Globalization;
using System.Text;

namespace Faultline.Kernel;

/// <summary>The text of /proc/PID/status.</summary>
public static class ProcessStatus
{
    /// <summary>CAP_LAST_CAP is 40.</summary>
    private const ulong AllCapabilities = (1UL << 41) - 1;

    private const int KibShift = PageSize.Shift - 10;

    public static string Text(Process process) => Text(process, null);

    /// <summary>The same in /proc/PID/task/TID; null: the first thread.</summary>
    internal static string Text(Process process, ProcessThread? thread)
    {
        TaskInfo task = process.Task;
        int pid = thread?.Tid ?? process.Pid;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"Name:\t{thread?.Comm ?? task.Comm}\nUmask:\t0022\nState:\tS (sleeping)\n");
        text.Append(CultureInfo.InvariantCulture, $"Tgid:\t{process.Pid}\nNgid:\t0\nPid:\t{pid}\nPPid:\t{task.ParentPid}\nTracerPid:\t0\n");
        text.Append(CultureInfo.InvariantCulture, $"Uid:\t{task.Uid}\t{task.Uid}\t{task.Uid}\t{task.Uid}\nGid:\t{task.Uid}\t{task.Uid}\t{task.Uid}\t{task.Uid}\n");
        text.Append("FDSize:\t64\nGroups:\t \n");
        text.Append(CultureInfo.InvariantCulture, $"NStgid:\t{process.Pid}\nNSpid:\t{pid}\nNSpgid:\t{process.Pid}\nNSsid:\t{process.Pid}\nKthread:\t0\n");
        AppendMemory(text, process);
        text.Append("HugetlbPages:\t       0 kB\nCoreDumping:\t0\n");
        text.Append(CultureInfo.InvariantCulture, $"THP_enabled:\t1\nuntag_mask:\t0xffffffffffffffff\nThreads:\t{process.ThreadCount}\nSigQ:\t0/0\n");
        AppendMasks(text, process);
        return text.ToString();
    }

    /// <summary>No signals are modelled; capabilities are root's or none; every processor and the one node are allowed.</summary>
    private static void AppendMasks(StringBuilder text, Process process)
    {
        foreach (string name in (string[])["SigPnd", "ShdPnd", "SigBlk", "SigIgn", "SigCgt", "CapInh"])
            AppendMask(text, name, 0);
        ulong capabilities = process.Task.Capabilities == Capabilities.All ? AllCapabilities : 0;
        AppendMask(text, "CapPrm", capabilities);
        AppendMask(text, "CapEff", capabilities);
        AppendMask(text, "CapBnd", AllCapabilities);
        AppendMask(text, "CapAmb", 0);
        text.Append("NoNewPrivs:\t0\nSeccomp:\t0\nSeccomp_filters:\t0\nSpeculation_Store_Bypass:\tvulnerable\nSpeculationIndirectBranch:\talways enabled\n");
        int cpus = process.Machine.Options.Cpus;
        text.Append(CultureInfo.InvariantCulture, $"Cpus_allowed:\t{CpuMask(cpus)}\nCpus_allowed_list:\t{(cpus == 1 ? "0" : $"0-{cpus - 1}")}\n");
        text.Append("Mems_allowed:\t00000001\nMems_allowed_list:\t0\nvoluntary_ctxt_switches:\t0\nnonvoluntary_ctxt_switches:\t0\n");
    }

    /// <summary>One bit a processor, in groups of 32 from the highest.</summary>
    private static string CpuMask(int cpus)
    {
        const int GroupBits = 32;
        int groups = (cpus + GroupBits - 1) / GroupBits, top = cpus - ((groups - 1) * GroupBits);
        string first = (top == GroupBits ? uint.MaxValue : (1u << top) - 1).ToString("x", CultureInfo.InvariantCulture);
        return string.Join(',', Enumerable.Repeat("ffffffff", groups - 1).Prepend(first));
    }

    private static void AppendMask(StringBuilder text, string name, ulong mask) => text.Append(CultureInfo.InvariantCulture, $"{name}:\t{mask:x16}\n");

    private static void AppendMemory(StringBuilder text, Process process)
    {
        ResidentCounts resident = process.Resident;
        Append(text, "VmPeak", process.PeakVirtualPages.Value);
        Append(text, "VmSize", process.VirtualPages.Value);
        Append(text, "VmLck", process.LockedPages.Value);
        Append(text, "VmPin", 0);
        Append(text, "VmHWM", process.PeakResidentPages.Value);
        Append(text, "VmRSS", process.ResidentPages.Value);
        Append(text, "RssAnon", resident.Anonymous);
        Append(text, "RssFile", resident.File);
        Append(text, "RssShmem", resident.SharedMemory);
        Append(text, "VmData", process.DataPages.Value);
        Append(text, "VmStk", process.StackPages.Value);
        Append(text, "VmExe", process.TextPages.Value);
        Append(text, "VmLib", process.ExecutablePages.Value - process.TextPages.Value);
        Append(text, "VmPTE", process.PageTablePages.Value);
        Append(text, "VmSwap", resident.Swapped);
    }

    private static void Append(StringBuilder text, string name, ulong pages)
        => text.Append(CultureInfo.InvariantCulture, $"{name}:\t{pages << KibShift,8} kB\n");
}
