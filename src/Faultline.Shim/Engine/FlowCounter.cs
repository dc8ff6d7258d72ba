namespace Faultline.Shim.Engine;

/// <summary>
/// Counts what one flow of the program allocates and releases: a piece of work and all tasks and threads that it starts. The flow goes
/// where the execution context goes (<see cref="AsyncLocal{T}"/>): whenever a thread takes up or leaves work of the flow, the runtime says so, and the thread's
/// allocations are counted here or no longer. A call outside of any flow pays one comparison for this.
/// </summary>
/// <remarks>
/// Sums are exact, from any number of threads at once. The peak is of requested bytes above the start: what threads outside of the flow release
/// (finalizers) still counts as held.
/// </remarks>
internal sealed class FlowCounter
{
    /// <summary>Blocks and bytes handed out; those of them that are held, negative where older ones were freed; the most bytes that were.</summary>
    private const int Blocks = 0, Bytes = 1, LiveBlocks = 2, LiveBytes = 3, PeakBytesHeld = 4, Fields = 5;

    private static readonly AsyncLocal<FlowCounter?> s_flow = new(change => Enter(change.CurrentValue));

    /// <summary>For the thread's first call, by which it gets its counters.</summary>
    [ThreadStatic]
    private static FlowCounter? t_ofThread;

    private readonly FlowCounter? _outer;

    /// <summary>By site, and behind them the sums.</summary>
    private readonly long[] _amounts;
    private volatile bool _hasEnded;

    private FlowCounter(FlowCounter? outer, int siteCount)
    {
        _outer = outer;
        _amounts = new long[(siteCount + 2) * Fields];
    }

    /// <summary>The flow that the calling thread works for, the innermost; null for none.</summary>
    public static FlowCounter? OfThread => t_ofThread;

    public long PeakBytes => Sums[PeakBytesHeld];

    private Span<long> Sums => _amounts.AsSpan(_amounts.Length - Fields);

    /// <summary>The calling code and what it starts are counted from here on, inside of the flow that they are in already.</summary>
    public static FlowCounter Start(int siteCount)
    {
        FlowCounter counter = new(s_flow.Value, siteCount);
        s_flow.Value = counter;
        return counter;
    }

    /// <summary>Nothing is counted any more, not even of tasks that still run.</summary>
    public void End()
    {
        _hasEnded = true;
        if (s_flow.Value == this)
            s_flow.Value = _outer;
    }

    /// <summary>A site's amounts, but for what its process did there.</summary>
    public FlowSite Of(SiteAmounts process)
    {
        ReadOnlySpan<long> amounts = _amounts.AsSpan(process.Site.Id * Fields, Fields);
        return new(process.Site, amounts[Blocks], amounts[Bytes], amounts[LiveBlocks], amounts[LiveBytes], amounts[PeakBytesHeld], process.Amounts);
    }

    public void CountAllocation(int site, ulong requested)
    {
        for (FlowCounter? flow = this; flow != null; flow = flow._outer)
            if (!flow._hasEnded)
                flow.Add(site, (long)requested);
    }

    public void CountRelease(int site, ulong requested, ulong blocks)
    {
        for (FlowCounter? flow = this; flow != null; flow = flow._outer)
            if (!flow._hasEnded)
                flow.Remove(site, (long)requested, (long)blocks);
    }

    private static void Enter(FlowCounter? flow)
    {
        t_ofThread = flow;
        if (EngineThread.Current is { } thread)
            thread.Flow = flow;
    }

    private void Add(int site, long requested)
    {
        Add(_amounts.AsSpan(site * Fields, Fields), requested);
        Add(Sums, requested);
    }

    private void Remove(int site, long requested, long blocks)
    {
        Remove(_amounts.AsSpan(site * Fields, Fields), requested, blocks);
        Remove(Sums, requested, blocks);
    }

    private static void Add(Span<long> amounts, long requested)
    {
        Interlocked.Increment(ref amounts[Blocks]);
        Interlocked.Add(ref amounts[Bytes], requested);
        Interlocked.Increment(ref amounts[LiveBlocks]);
        long live = Interlocked.Add(ref amounts[LiveBytes], requested);
        for (long known = Volatile.Read(ref amounts[PeakBytesHeld]); live > known;)
        {
            long seen = Interlocked.CompareExchange(ref amounts[PeakBytesHeld], live, known);
            if (seen == known)
                break;
            known = seen;
        }
    }

    private static void Remove(Span<long> amounts, long requested, long blocks)
    {
        Interlocked.Add(ref amounts[LiveBlocks], -blocks);
        Interlocked.Add(ref amounts[LiveBytes], -requested);
    }
}
