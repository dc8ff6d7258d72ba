// /proc/PID/stat and statm (fs/proc/array.c do_task_stat, proc_pid_statm, 6.18).

using System.Globalization;
using System.Text;

namespace Faultline.Kernel;

/// <summary>The one-line files of a process.</summary>
public static class ProcessStat
{
    private const long NormalPriority = 20;
    private const ulong NoLimit = ulong.MaxValue;

    /// <summary>
    /// 52 fields. Sizes: 23 is VIRT in bytes, 24 is RES in pages. Faults: 10 and 12. Times in ticks: 14, 15, 22. Addresses, signals
    /// and what is not modelled are 0. A process of the model sleeps, except while it is asked to do something.
    /// </summary>
    public static string Text(Process process) => Text(process, null);

    /// <summary>The same in /proc/PID/task/TID; null: the first thread. Faults and times of all threads are counted at the first.</summary>
    internal static string Text(Process process, ProcessThread? thread)
    {
        TaskInfo task = process.Task;
        bool first = thread == null;
        ulong heap = process.HasExited ? 0 : process.Layout.BrkStart.Value;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{thread?.Tid ?? process.Pid} ({thread?.Comm ?? task.Comm}) S {task.ParentPid} {process.Pid} {process.Pid} 0 -1 4194304 ");
        text.Append(CultureInfo.InvariantCulture, $"{(first ? process.MinorFaults : 0)} 0 {(first ? process.MajorFaults : 0)} 0 ");
        text.Append(CultureInfo.InvariantCulture, $"{MachineClock.Ticks(first ? task.UserTime : 0)} {MachineClock.Ticks(first ? task.SystemTime : 0)} 0 0 ");
        text.Append(CultureInfo.InvariantCulture, $"{NormalPriority + task.Nice} {task.Nice} {process.ThreadCount} 0 {MachineClock.Ticks(thread?.StartTime ?? task.StartTime)} ");
        text.Append(CultureInfo.InvariantCulture, $"{process.VirtualPages.Bytes.Value} {process.ResidentPages.Value} {NoLimit} ");
        text.Append(CultureInfo.InvariantCulture, $"0 0 0 0 0 0 0 0 0 0 0 0 17 {process.Cpu} 0 0 0 0 0 0 0 {heap} 0 0 0 0 0\n");
        return text.ToString();
    }

    /// <summary>Pages: size, resident, shared (file and shared memory), text, 0, data and stack, 0.</summary>
    public static string Statm(Process process) => string.Create(
        CultureInfo.InvariantCulture,
        $"{process.VirtualPages.Value} {process.ResidentPages.Value} {process.Resident.File + process.Resident.SharedMemory} {process.ExecutablePages.Value} 0 {process.DataPages.Value + process.StackPages.Value} 0\n");
}
