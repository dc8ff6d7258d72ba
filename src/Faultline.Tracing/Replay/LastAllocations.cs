namespace Faultline.Tracing.Replay;

/// <summary>
/// The block that each thread allocated last, for telling temporary ones: a block is temporary if its thread frees it before it
/// allocates again. heaptrack's definition, thread by thread, so that it does not depend on how threads took turns.
/// </summary>
internal sealed class LastAllocations
{
    private readonly Dictionary<int, ulong> _last = [];
    private int _thread = -1;
    private ulong _address;

    public void Allocated(int thread, ulong address)
    {
        GoTo(thread);
        _address = address;
    }

    /// <summary>Whether the block at that address, which a thread frees, is the one that the thread allocated last.</summary>
    public bool IsTemporary(int thread, ulong address)
    {
        GoTo(thread);
        if (_address != address)
            return false;
        _address = 0;
        return true;
    }

    /// <summary>Events of one thread follow each other as a rule: the dictionary is asked at a change only.</summary>
    private void GoTo(int thread)
    {
        if (thread == _thread)
            return;
        _last[_thread] = _address;
        _thread = thread;
        _address = _last.GetValueOrDefault(thread);
    }
}
