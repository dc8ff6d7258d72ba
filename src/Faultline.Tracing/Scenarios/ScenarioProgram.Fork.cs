using Faultline.Kernel;
using Faultline.Libc;

namespace Faultline.Tracing.Scenarios;

// What fork does around the system call (glibc 2.36, posix/fork.c): malloc's locks before and after it, and in the child what is left of the other threads.
internal sealed partial class ScenarioProgram
{
    /// <summary>The child; null (ENOMEM) without memory for it. It knows its memory by the parent's names.</summary>
    /// <param name="name">Of the child.</param>
    /// <param name="thread">The one that forks; null: the first.</param>
    public ScenarioProgram? TryFork(string name, ScenarioThread? thread)
    {
        _malloc?.LockForFork();
        try
        {
            if (Process.HasExited || Process.Fork() is not { } process)
                return null;
            var child = new ScenarioProgram(name, process, _libc, Tunables, _hasMalloc);
            foreach ((string block, NamedMemory memory) in Memory)
                child.Memory.Add(block, memory);
            foreach ((string block, int line) in Released)
                child.Released.Add(block, line);
            if (_malloc is { } malloc)
                child.TakeOver(malloc, thread?.Malloc ?? malloc.MainThread, _stacks, thread?.Stack);
            return child;
        }
        finally
        {
            _malloc?.UnlockInParent();
        }
    }

    private void TakeOver(Malloc<ForkingProcess> parent, MallocThread caller, ThreadStacks<ForkingProcess>? stacks, ThreadStack? own)
    {
        _shadow = MakeShadow();
        IEnumerable<ulong> mapped = Memory.Values.Where(memory => !memory.IsMapping && memory.Start != 0 && parent.IsMapped(memory.Start)).Select(memory => memory.Start);
        _malloc = parent.CopyFor(caller, new ForkingProcess(Process), _shadow, mapped);
        _stacks = stacks?.CopyFor(_malloc, own);
    }
}
