using System.Runtime.CompilerServices;
using Faultline.Kernel.Host;
using Faultline.Libc;
using Faultline.Shim.Host;

namespace Faultline.Shim.Engine;

// Threads of the program. Each gets a context at its first call. Nobody tells the shim of a thread's end, so the dead are looked
// for where it can matter: before a thread's first call is served, which may inherit a dead thread's arena, and at snapshots.
internal sealed unsafe partial class ShimEngine
{
    private readonly List<EngineThread> _threads = [];
    private readonly ShardPool _shards;
    private int _threadsLock;
    private bool _mainIsKnown;

    /// <summary>The calling thread's context.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private EngineThread Self()
    {
        EngineThread? thread = EngineThread.Current;
        return thread != null && thread.Engine == this ? thread : Attach(isMain: HostCalls.gettid() == Environment.ProcessId);
    }

    /// <summary>A thread of another engine may have been here before: only tests have several.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private EngineThread Attach(bool isMain)
    {
        HostLock.Enter(ref _threadsLock);
        EngineThread? thread = _threads.Find(known => known.Thread == Thread.CurrentThread);
        if (thread == null)
        {
            MallocThread malloc = isMain && !_mainIsKnown ? _malloc.MainThread : _malloc.StartThread();
            thread = new EngineThread(this, malloc, _shards.Take()) { Lane = _recorder?.Enter(malloc.Number) };
            _mainIsKnown |= isMain;
            // From here on it is the calling thread's: what the dead leave behind may be recorded in its lane.
            thread.MakeCurrent();
            RetireDead();
            _threads.Add(thread);
        }

        thread.MakeCurrent();
        HostLock.Exit(ref _threadsLock);
        return thread;
    }

    /// <summary>
    /// What glibc does in a thread's last moments is done for those that have ended, in the order of their first calls: the cache's
    /// blocks go back to their arenas, and an arena that nobody is attached to any more waits for the next thread. The list is locked.
    /// </summary>
    private void RetireDead()
    {
        int kept = 0;
        for (int i = 0; i < _threads.Count; i++)
        {
            EngineThread thread = _threads[i];
            if (thread.Thread.IsAlive || thread.Malloc == _malloc.MainThread)
                _threads[kept++] = thread;
            else
                Retire(thread);
        }

        _threads.RemoveRange(kept, _threads.Count - kept);
    }

    private void Retire(EngineThread thread)
    {
        _malloc.EndThread(thread.Malloc);
        _recorder?.Leave(thread);
        _shards.Return(thread.ShardIndex);
    }

    private void LockedRetireDead()
    {
        HostLock.Enter(ref _threadsLock);
        RetireDead();
        HostLock.Exit(ref _threadsLock);
    }
}
