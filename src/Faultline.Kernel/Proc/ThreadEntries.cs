// The files of /proc/PID/task/TID (fs/proc/base.c tid_base_stuff, 6.18), as far as they are more than the process's own: what ps -T and top -H read.

using System.Globalization;

namespace Faultline.Kernel;

internal static class ThreadEntries
{
    private const int Everybody = 0x124;        // 0444

    /// <summary>Null stands for the first thread, whose number is the process's.</summary>
    private static readonly (string Name, Func<Process, ProcessThread?, string> Read)[] All =
    [
        ("comm", (process, thread) => (thread?.Comm ?? process.Task.Comm) + "\n"),
        ("stat", ProcessStat.Text),
        ("statm", (process, _) => ProcessStat.Statm(process)),
        ("status", ProcessStatus.Text),
    ];

    public static IEnumerable<string> Names => All.Select(entry => entry.Name);

    /// <summary>task/TID/NAME for each thread of a process.</summary>
    public static IEnumerable<string> NamesOf(Process process)
        => process.Threads.Select(thread => thread.Tid).Prepend(process.Pid).SelectMany(tid => All.Select(entry => $"task/{tid}/{entry.Name}"));

    /// <summary>The file of this name below /proc/PID, or null.</summary>
    public static ProcPidEntry? Find(Process process, string name)
    {
        string[] parts = name.Split('/');
        if (parts is not ["task", var number, var file] || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int tid))
            return null;
        ProcessThread? thread = process.Threads.FirstOrDefault(thread => thread.Tid == tid);
        int found = Array.FindIndex(All, entry => entry.Name == file);
        return found < 0 || (thread == null && tid != process.Pid) ? null : new(name, Everybody, owner => All[found].Read(owner, thread));
    }
}
