// A thread beside the first (struct task_struct made with CLONE_VM | CLONE_THREAD, kernel/fork.c, 6.18): its address space is its process's.

namespace Faultline.Kernel;

/// <summary>A thread of a process that has more than one, made by <see cref="Process.StartThread"/>.</summary>
public sealed class ProcessThread
{
    private string _comm;

    internal ProcessThread(int tid, string comm, ulong startTime, TaskObjects objects)
    {
        (Tid, _comm, StartTime, Objects) = (tid, comm, startTime, objects);
    }

    /// <summary>Its number, from the same counter as the numbers of processes.</summary>
    public int Tid { get; }

    /// <summary>At first its process's; the first 15 characters of what is set (pthread_setname_np).</summary>
    public string Comm
    {
        get => _comm;
        set => _comm = value.Length <= TaskInfo.CommLength ? value : value[..TaskInfo.CommLength];
    }

    /// <summary>Simulated nanoseconds since boot.</summary>
    public ulong StartTime { get; }

    internal TaskObjects Objects { get; }
}
