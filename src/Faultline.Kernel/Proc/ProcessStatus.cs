// /proc/PID/status (fs/proc/array.c proc_pid_status; fs/proc/task_mmu.c task_mem, 6.18): what is known of the task, and its memory in kB.

using System.Globalization;
using System.Text;

namespace Faultline.Kernel;

/// <summary>The text of /proc/PID/status.</summary>
public static class ProcessStatus
{
    private const int KibShift = PageSize.Shift - 10;

    public static string Text(Process process)
    {
        TaskInfo task = process.Task;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"Name:\t{task.Comm}\nUmask:\t0022\nState:\tS (sleeping)\n");
        text.Append(CultureInfo.InvariantCulture, $"Tgid:\t{process.Pid}\nNgid:\t0\nPid:\t{process.Pid}\nPPid:\t{task.ParentPid}\nTracerPid:\t0\n");
        text.Append(CultureInfo.InvariantCulture, $"Uid:\t{task.Uid}\t{task.Uid}\t{task.Uid}\t{task.Uid}\nGid:\t{task.Uid}\t{task.Uid}\t{task.Uid}\t{task.Uid}\n");
        text.Append("FDSize:\t64\nGroups:\t \n");
        text.Append(CultureInfo.InvariantCulture, $"NStgid:\t{process.Pid}\nNSpid:\t{process.Pid}\nNSpgid:\t{process.Pid}\nNSsid:\t{process.Pid}\nKthread:\t0\n");
        AppendMemory(text, process);
        text.Append("HugetlbPages:\t       0 kB\nCoreDumping:\t0\n");
        text.Append(CultureInfo.InvariantCulture, $"THP_enabled:\t{(process.Machine.Options.Thp == ThpPolicy.Never ? 0 : 1)}\nThreads:\t1\n");
        return text.ToString();
    }

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
