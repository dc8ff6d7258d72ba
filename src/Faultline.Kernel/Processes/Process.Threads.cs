// clone(2) of a thread and its end (kernel/fork.c copy_process, kernel/exit.c, 6.18). Threads have one address space, so that to memory
// management they are a few more objects of the kernel; who of them touched a page is nowhere kept. All run on the process's processor.

namespace Faultline.Kernel;

public sealed unsafe partial class Process
{
    private List<ProcessThread>? _threads;

    /// <summary>Threads beside the first, in the order of their start.</summary>
    public IReadOnlyList<ProcessThread> Threads => _threads ?? (IReadOnlyList<ProcessThread>)[];

    /// <summary>All threads, the first one too; 0 after the end of the process.</summary>
    public int ThreadCount => HasExited ? 0 : 1 + Threads.Count;

    /// <summary>A new thread; null (EAGAIN or ENOMEM) where no frame is left for the kernel's objects. Its stack is the caller's affair.</summary>
    public ProcessThread? StartThread()
    {
        ThrowIfExited();
        _calls.Clone++;
        TaskObjects? objects = TaskObjects.TryTakeForThread(_machine, _cpu, this);
        if (objects == null)
        {
            _calls.Failed++;
            EndIfDoomed();
            return null;
        }

        var thread = new ProcessThread(_machine.TakeThreadNumber(), Task.Comm, _machine.Clock.Now, objects);
        (_threads ??= []).Add(thread);
        return thread;
    }

    /// <summary>The end of a thread. Throws <see cref="ArgumentException"/> for one that is none of this process, or has ended.</summary>
    public void EndThread(ProcessThread thread)
    {
        ThrowIfExited();
        if (_threads?.Remove(thread) != true)
            throw new ArgumentException($"thread {thread.Tid} is none of process {Pid}'s, or has ended");
        thread.Objects.Give();
    }

    /// <summary>exit_group: no thread outlives its process.</summary>
    private void EndThreads()
    {
        if (_threads == null)
            return;
        foreach (ProcessThread thread in _threads)
            thread.Objects.Give();
        _threads = null;
    }
}
