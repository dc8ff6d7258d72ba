using Faultline.Kernel;

namespace Faultline.Libc;

// Where pthread_create gets stacks and what becomes of them (glibc 2.36, nptl/allocatestack.c, nptl/nptl-stack.c, nptl/pthread_create.c).
// Stacks of joined threads are kept, 40 MiB of addresses at most, with the vector that belongs to each; the one kept last is taken first.

/// <summary>The stacks of one process's threads. Not thread safe.</summary>
/// <param name="malloc">Of the same process.</param>
public sealed class ThreadStacks<TProcess>(Malloc<TProcess> malloc)
    where TProcess : struct, ISystemCalls, IMemoryAccess
{
    /// <summary>stack_cache_maxsize. Bytes.</summary>
    private const ulong CacheLimit = 40UL << 20;

    /// <summary>What the end of a thread leaves below its frames (PTHREAD_STACK_MIN). Bytes.</summary>
    private const ulong KeptBelowFrames = 16384;

    /// <summary>TLS_DTV entries: one library with thread-local variables, 14 to spare and 2 of its own, 16 bytes each.</summary>
    private const ulong VectorEntries = 17, EntryBytes = 16;

    private readonly List<ThreadStack> _kept = [];
    private readonly List<ThreadStack> _used = [];

    /// <summary>Stacks that wait for the next thread.</summary>
    public int Kept => _kept.Count;

    /// <summary>pthread_create, in the creator's name: a stack and its vector. False (EAGAIN) where the kernel or malloc has no memory.</summary>
    public bool TryTake(MallocThread creator, out ThreadStack stack)
    {
        if (_kept.Count > 0)
        {
            stack = _kept[^1];
            _kept.RemoveAt(_kept.Count - 1);
            _used.Add(stack);
            malloc.Process.Access(stack.Descriptor, AccessKind.Write);
            return true;
        }

        stack = default;
        SystemCallResult mapping = malloc.Process.Mmap(VirtualAddress.Null, ThreadStack.Length, Protection.None, MapFlags.Private | MapFlags.Stack);
        if (mapping.Failed)
            return false;
        stack = new ThreadStack(mapping.Address, 0);
        if (!malloc.Process.Mprotect(stack.Start + ThreadStack.GuardBytes, ThreadStack.StackBytes, Protection.ReadWrite).Failed)
        {
            malloc.Process.Access(stack.Descriptor, AccessKind.Write);
            stack = stack with { Vector = malloc.Calloc(creator, VectorEntries, EntryBytes) };
        }

        if (stack.Vector == 0)
            malloc.Process.Munmap(stack.Start, ThreadStack.Length);
        else
            _used.Add(stack);
        return stack.Vector != 0;
    }

    /// <summary>
    /// The child's after a fork (reclaim_stacks): the stacks of threads that it does not have wait for its next ones, and each descriptor is written.
    /// </summary>
    /// <param name="child">The child's allocator.</param>
    /// <param name="own">The stack that the child runs on; null: the first thread's, which is none of these.</param>
    public ThreadStacks<TProcess> CopyFor(Malloc<TProcess> child, ThreadStack? own)
    {
        var stacks = new ThreadStacks<TProcess>(child);
        stacks._kept.AddRange(_kept.Concat(_used).Where(stack => stack != own));
        foreach (ThreadStack stack in _used)
            if (stack == own)
                stacks._used.Add(stack);
            else
                child.Process.Access(stack.Descriptor, AccessKind.Write);
        return stacks;
    }

    /// <summary>The thread runs: its first frames.</summary>
    public void Enter(ThreadStack stack) => malloc.Process.Access(stack.Frames, AccessKind.Write);

    /// <summary>The thread ends: what it does not stand on goes back to the kernel (advise_stack_range).</summary>
    public void Leave(ThreadStack stack) => malloc.Process.Madvise(stack.Start, stack.Frames.Value - stack.Start.Value - KeptBelowFrames, Advice.DontNeed);

    /// <summary>pthread_join, in the joiner's name: the stack is kept, and the oldest go while there are too many.</summary>
    public void Give(MallocThread joiner, ThreadStack stack)
    {
        _used.Remove(stack);
        _kept.Add(stack);
        while ((ulong)_kept.Count * ThreadStack.Length > CacheLimit)
        {
            malloc.Free(joiner, _kept[0].Vector);
            malloc.Process.Munmap(_kept[0].Start, ThreadStack.Length);
            _kept.RemoveAt(0);
        }
    }
}
