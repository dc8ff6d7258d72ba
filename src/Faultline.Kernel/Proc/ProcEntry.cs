namespace Faultline.Kernel;

/// <summary>Who opens a file of /proc.</summary>
/// <param name="Uid">0 is root.</param>
/// <param name="Capabilities">What else it may do.</param>
public readonly record struct ProcCaller(uint Uid, Capabilities Capabilities)
{
    public static readonly ProcCaller Root = new(0, Capabilities.All);

    /// <summary>An ordinary user.</summary>
    public static ProcCaller User(uint uid) => new(uid, uid == 0 ? Capabilities.All : Capabilities.None);

    internal bool MayLowerOomAdjustment => (Capabilities & Capabilities.SysResource) != 0;
}

/// <summary>One file of the machine.</summary>
/// <param name="Path">Whole, from the root: "/proc/buddyinfo".</param>
/// <param name="Mode">Permission bits as ls shows them, octal 0444 for everybody's to read.</param>
/// <param name="Read">Its text now.</param>
/// <param name="Write">What writing does; null where it cannot be written.</param>
internal sealed record ProcEntry(string Path, int Mode, Func<Machine, string> Read, Func<Machine, string, Errno>? Write = null);

/// <summary>One file in the folder of each memory cgroup.</summary>
/// <param name="Name">Below /sys/fs/cgroup/NAME: "memory.stat".</param>
/// <param name="Mode">Permission bits.</param>
/// <param name="Read">Its text now.</param>
/// <param name="Write">What writing does; null where it cannot be written.</param>
internal sealed record CgroupEntry(string Name, int Mode, Func<MemoryCgroup, string> Read, Func<MemoryCgroup, string, Errno>? Write = null);

/// <summary>One file in the folder of each process.</summary>
/// <param name="Name">Below /proc/PID: "oom_score".</param>
/// <param name="Mode">Permission bits; the owner is the process's user.</param>
/// <param name="Read">Its text now.</param>
/// <param name="Write">What writing does; null where it cannot be written.</param>
/// <param name="Exists">Whether this machine's kernel has it; null: always.</param>
internal sealed record ProcPidEntry(
    string Name,
    int Mode,
    Func<Process, string> Read,
    Func<Process, string, ProcCaller, Errno>? Write = null,
    Func<Machine, bool>? Exists = null);
