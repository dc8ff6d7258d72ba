using Faultline.Libc;
using Faultline.Tracing.Events;

namespace Faultline.Tracing.Replay;

// Threads: pthread_create allocates the new thread's dynamic thread vector (17 entries of 16 bytes) in the creator's name, pthread_join
// frees it in the joiner's. A thread that no event started is taken to start with its first call.
internal sealed partial class ReplayRun
{
    private const ulong VectorEntries = 17, EntryBytes = 16;

    private readonly Dictionary<int, MallocThread> _threads = [];
    private readonly Dictionary<int, ulong> _vectors = [];

    public int ThreadCount { get; private set; } = 1;

    /// <summary>Threads whose first call came after another thread's end, so that they may have got its arena.</summary>
    public int Successors { get; private set; }

    private bool _hasEnded;

    private void ApplyToThread(in TraceEvent e)
    {
        switch (e.Kind)
        {
            case TraceEventKind.ThreadStart:
                int started = (int)e.Argument;
                // The creator may be unknown: then the event is the new thread's own.
                MallocThread creator = e.Thread == started ? _malloc.MainThread : ThreadOf(e.Thread);
                Start(started);
                _vectors[started] = _malloc.Calloc(creator, VectorEntries, EntryBytes);
                break;
            case TraceEventKind.ThreadJoin:
                if (_vectors.Remove((int)e.Argument, out ulong vector))
                    _malloc.Free(ThreadOf(e.Thread), vector);
                break;
            case TraceEventKind.ThreadExit:
                if (e.Thread != 0 && _threads.Remove(e.Thread, out MallocThread? ended))
                {
                    _malloc.EndThread(ended);
                    _hasEnded = true;
                }

                break;
        }
    }

    private MallocThread ThreadOf(int number) => _threads.TryGetValue(number, out MallocThread? thread) ? thread : Start(number);

    private MallocThread Start(int number)
    {
        ThreadCount++;
        Successors += _hasEnded ? 1 : 0;
        return _threads[number] = _malloc.StartThread();
    }
}
