// What the kernel knows of a process beyond its memory (struct task_struct, struct signal_struct, struct cred, 6.18): what /proc
// prints about it, and what the OOM heuristics weigh.

namespace Faultline.Kernel;

/// <summary>The few capabilities that memory management asks for (include/uapi/linux/capability.h).</summary>
[Flags]
public enum Capabilities
{
    None = 0,

    /// <summary>May lock more than RLIMIT_MEMLOCK.</summary>
    IpcLock = 1,

    /// <summary>CAP_SYS_RAWIO: touches hardware, which the old OOM heuristic spares.</summary>
    SysRawIo = 2,
    SysAdmin = 4,

    /// <summary>CAP_SYS_RESOURCE: may lower an oom_score_adj.</summary>
    SysResource = 8,
    All = IpcLock | SysRawIo | SysAdmin | SysResource,
}

/// <summary>Name, owner, times and OOM adjustment of one process. Times are simulated nanoseconds.</summary>
public sealed class TaskInfo
{
    /// <summary>TASK_COMM_LEN without the closing zero.</summary>
    public const int CommLength = 15;

    private string _comm = "";

    /// <summary>The name that ps and the kernel log print: the first 15 characters of what is set.</summary>
    public string Comm
    {
        get => _comm;
        set => _comm = value.Length <= CommLength ? value : value[..CommLength];
    }

    /// <summary>The arguments it was started with, its path first; empty for a kernel thread.</summary>
    public IReadOnlyList<string> CommandLine { get; set; } = [];

    public int ParentPid { get; set; }

    public uint Uid { get; set; }

    /// <summary>−20 (greedy) to 19 (modest).</summary>
    public int Nice { get; set; }

    public Capabilities Capabilities { get; set; } = Capabilities.All;

    /// <summary>Since boot.</summary>
    public ulong StartTime { get; internal set; }

    public ulong UserTime { get; set; }

    public ulong SystemTime { get; set; }

    public OomAdjustment Oom { get; } = new();

    /// <summary>What a child inherits: all but its times and its parent.</summary>
    internal void InheritFrom(TaskInfo parent, int parentPid)
    {
        Comm = parent.Comm;
        CommandLine = parent.CommandLine;
        ParentPid = parentPid;
        Uid = parent.Uid;
        Nice = parent.Nice;
        Capabilities = parent.Capabilities;
        Oom.InheritFrom(parent.Oom);
    }
}
