namespace Faultline.Tracing.Replay;

/// <summary>
/// Each thread's allocations, counted, for telling temporary blocks: a block is temporary if its thread frees it before or soon after it has allocated again. heaptrack takes
/// those with no other allocation between, memray those with at most one. Counted thread by thread, so that it does not depend on how threads took turns.
/// </summary>
internal sealed class AllocationTurns
{
    private readonly Dictionary<int, ulong> _turns = [];
    private int _thread = -1;
    private ulong _turn;

    /// <summary>The number, from 1, of an allocation that the thread makes now.</summary>
    public ulong Next(int thread)
    {
        GoTo(thread);
        return ++_turn;
    }

    /// <summary>How many others the thread has made since that one.</summary>
    public ulong Since(int thread, ulong turn)
    {
        GoTo(thread);
        return _turn - turn;
    }

    /// <summary>Events of one thread follow each other as a rule: the dictionary is asked at a change only.</summary>
    private void GoTo(int thread)
    {
        if (thread == _thread)
            return;
        _turns[_thread] = _turn;
        _thread = thread;
        _turn = _turns.GetValueOrDefault(thread);
    }
}
