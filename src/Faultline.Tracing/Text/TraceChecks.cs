namespace Faultline.Tracing.Text;

/// <summary>
/// Whether a trace makes sense as it is read: blocks are freed and touched while they live and inside their size, threads do
/// something between their start and their end.
/// </summary>
internal sealed class TraceChecks
{
    /// <summary>
    /// No system grants such a request: a reallocated block stays what it was, and one that was never had may be allocated
    /// again without a free.
    /// </summary>
    private const ulong MustFail = 1UL << 60;

    private readonly List<Block> _blocks = [];
    private readonly ThreadState[] _threads = new ThreadState[TextTraceParser.ThreadLimit];

    public TraceChecks() => _threads[0] = ThreadState.Alive;

    public int BlockCount => _blocks.Count;

    public int LastThread { get; private set; }

    private enum ThreadState : byte
    {
        New,
        Alive,
        Exited,
        Joined,
    }

    /// <summary>What is wrong with the next operation, or null.</summary>
    public string? Check(TraceOperation operation)
    {
        if (_threads[operation.Thread] != ThreadState.Alive)
            return $"thread {operation.Thread} is not running";
        return operation.Action switch
        {
            TraceAction.Spawn or TraceAction.Exit or TraceAction.Join => CheckThread(operation),
            TraceAction.Trim or TraceAction.Info or TraceAction.MoveBreak or TraceAction.Mallopt => null,
            _ => CheckBlock(operation),
        };
    }

    private string? CheckThread(TraceOperation operation)
    {
        uint other = operation.Block;
        switch (operation.Action)
        {
            case TraceAction.Exit:
                _threads[operation.Thread] = ThreadState.Exited;
                return operation.Thread == 0 ? "the main thread cannot exit" : null;
            case TraceAction.Spawn:
                if (other is 0 or >= TextTraceParser.ThreadLimit || _threads[other] != ThreadState.New)
                    return $"thread {other} cannot be started";
                _threads[other] = ThreadState.Alive;
                LastThread = Math.Max(LastThread, (int)other);
                return null;
            default:
                if (other >= TextTraceParser.ThreadLimit || _threads[other] != ThreadState.Exited)
                    return $"thread {other} cannot be joined";
                _threads[other] = ThreadState.Joined;
                return null;
        }
    }

    private string? CheckBlock(TraceOperation operation)
    {
        while (_blocks.Count <= operation.Block)
            _blocks.Add(default);
        Block block = _blocks[(int)operation.Block];
        ulong size = operation.Action switch
        {
            TraceAction.Calloc => operation.A * operation.B,
            TraceAction.Memalign => operation.B,
            _ => operation.A,
        };
        switch (operation.Action)
        {
            case TraceAction.Free:
                _blocks[(int)operation.Block] = default;
                return block.IsLive ? null : $"block {operation.Block} is freed and does not live";
            case TraceAction.TouchWrite or TraceAction.TouchRead:
                bool inside = operation.A + operation.B <= block.Size && operation.A + operation.B >= operation.A;
                return block.IsLive && inside
                    ? null
                    : $"block {operation.Block} ({block}) is touched at {operation.A} for {operation.B} bytes";
            case TraceAction.Realloc:
                if (size < MustFail)
                    _blocks[(int)operation.Block] = new Block(size != 0 || !block.IsLive, size);
                return null;
            default:
                _blocks[(int)operation.Block] = new Block(true, size);
                return block.IsLive && block.Size < MustFail ? $"block {operation.Block} is allocated and lives already" : null;
        }
    }

    private readonly record struct Block(bool IsLive, ulong Size)
    {
        public override string ToString() => IsLive ? $"{Size} bytes" : "not live";
    }
}
