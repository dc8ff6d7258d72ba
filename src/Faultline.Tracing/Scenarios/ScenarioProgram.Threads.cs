using Faultline.Kernel;
using Faultline.Libc;

namespace Faultline.Tracing.Scenarios;

// What pthread_create, the end of a thread and pthread_join do, in their order (glibc 2.36, nptl/pthread_create.c).
internal sealed partial class ScenarioProgram
{
    private ThreadStacks<ForkingProcess>? _stacks;

    /// <summary>Threads beside the first, also those that ended, by name.</summary>
    public Dictionary<string, ScenarioThread> Threads { get; } = [];

    /// <summary>False (EAGAIN) without memory for it. The process must have malloc.</summary>
    public bool TryStartThread(string name, MallocThread creator)
    {
        Malloc<ForkingProcess> malloc = Malloc!;
        _stacks ??= new ThreadStacks<ForkingProcess>(malloc);
        MallocThread own = malloc.StartThread();
        if (!_stacks.TryTake(creator, out ThreadStack stack))
        {
            malloc.EndThread(own);
            return false;
        }

        if (Process.StartThread() is not { } task)
        {
            malloc.EndThread(own);
            _stacks.Give(creator, stack);
            return false;
        }

        task.Comm = name;
        _stacks.Enter(stack);
        Threads[name] = new ScenarioThread(name, task, own, stack);
        return true;
    }

    /// <summary>The thread ends, and the process's first thread joins it.</summary>
    public void EndThread(ScenarioThread thread)
    {
        Malloc!.EndThread(thread.Malloc);
        _stacks!.Leave(thread.Stack);
        Process.EndThread(thread.Task);
        _stacks.Give(Malloc.MainThread, thread.Stack);
    }
}
