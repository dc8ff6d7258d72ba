// What the kernel keeps for a process besides its areas and page tables (kernel/fork.c copy_process, alloc_thread_stack_node, 6.18):
// one object each of task_struct, cred, files_cache, fs_cache, sighand_cache, signal_cache, mm_struct and pid, and a stack of
// four frames, mapped where vmalloc finds room (VMAP_STACK). A further thread has a task_struct, a pid and a stack of its own, and the rest in common.

namespace Faultline.Kernel;

/// <summary>The kernel's own memory for one process with its first thread, or for one more thread.</summary>
internal sealed class TaskObjects
{
    /// <summary>THREAD_SIZE, 16 KiB.</summary>
    public const int StackPages = 4;

    private const ulong StackKib = StackPages * PageSize.Bytes / 1024;

    private readonly Machine _machine;
    private readonly int _cpu;
    private readonly uint[] _stack = new uint[StackPages];
    private readonly (KmemCache Cache, ulong Address)[] _objects;

    private TaskObjects(Machine machine, int cpu, (KmemCache Cache, ulong Address)[] objects) => (_machine, _cpu, _objects) = (machine, cpu, objects);

    /// <summary>All of it, or null with nothing taken when a page could not be had; the parent waits for it.</summary>
    public static TaskObjects? TryTake(Machine machine, int cpu, Process? parent)
    {
        KernelCaches caches = machine.Caches;
        return TryTake(machine, cpu, parent,
        [
            (caches.TaskStruct, 0), (caches.VmapArea, 0), (caches.Cred, 0), (caches.FilesCache, 0), (caches.FsCache, 0),
            (caches.SighandCache, 0), (caches.SignalCache, 0), (caches.MmStruct, 0), (caches.Pid, 0),
        ]);
    }

    /// <summary>The same for one more thread of a process.</summary>
    public static TaskObjects? TryTakeForThread(Machine machine, int cpu, Process process)
        => TryTake(machine, cpu, process, [(machine.Caches.TaskStruct, 0), (machine.Caches.VmapArea, 0), (machine.Caches.Pid, 0)]);

    private static TaskObjects? TryTake(Machine machine, int cpu, Process? parent, (KmemCache Cache, ulong Address)[] wanted)
    {
        var objects = new TaskObjects(machine, cpu, wanted);
        machine.Stat[VmEvent.nr_kernel_stack] += StackKib;
        if (objects.TakeAll(parent))
            return objects;
        objects.Give();
        return null;
    }

    /// <summary>The process has ended and its parent has taken note; or the thread has ended.</summary>
    public void Give()
    {
        for (int i = _objects.Length - 1; i >= 0; i--)
            if (_objects[i].Address != 0)
                _objects[i].Cache.Free(_cpu, _objects[i].Address);
        foreach (uint frame in _stack)
            if (frame != FrameAllocator.None)
                _machine.Frames.Free(_cpu, frame, 0);
        _machine.Stat[VmEvent.nr_kernel_stack] -= StackKib;
    }

    private bool TakeAll(Process? parent)
    {
        for (int i = 0; i < StackPages; i++)
            if ((_stack[i] = _machine.Frames.AllocatePage(_cpu, Migratetype.Unmovable, parent)) == FrameAllocator.None)
                return false;
        for (int i = 0; i < _objects.Length; i++)
            if ((_objects[i].Address = _objects[i].Cache.Allocate(_cpu)) == 0)
                return false;
        return true;
    }
}
