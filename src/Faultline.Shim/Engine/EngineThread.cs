using System.Runtime.CompilerServices;
using Faultline.Libc;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Engine;

/// <summary>
/// What an engine keeps for one thread of the program: its cache and arena in the simulated allocator, and its counters in the
/// session. Written by its own thread alone, so that nothing of it needs a lock.
/// </summary>
internal sealed unsafe partial class EngineThread
{
    /// <summary>
    /// Address of the calling thread's entry in a pinned array, 0 before its first call. A thread-static reference would be found
    /// through three tables more than a thread-static number, on a path of some tens of nanoseconds.
    /// </summary>
    [ThreadStatic]
    private static nint t_slot;

    /// <summary>Keeps the entry where it is for as long as the thread may look at it.</summary>
    [ThreadStatic]
    private static EngineThread? t_current;

    private EngineThread?[] _slot = [];

    private readonly SiteCounters* _sites;
    private readonly SiteCounters* _process;
    private readonly ShardHeader* _shard;
    private readonly uint _siteCount;
    private readonly bool _isShared;

    public EngineThread(ShimEngine engine, MallocThread malloc, int shard)
    {
        SessionFile session = engine.Session;
        Engine = engine;
        Malloc = malloc;
        ShardIndex = shard;
        Thread = Thread.CurrentThread;
        _sites = session.Sites(shard);
        _process = session.Sites(0);
        _shard = session.Shard(shard);
        _siteCount = (uint)session.SiteCount;
        _isShared = shard == ShardPool.Shared(session);
        Flow = FlowCounter.OfThread;
    }

    public ShimEngine Engine { get; }

    public Thread Thread { get; }

    public MallocThread Malloc { get; }

    /// <summary>Where it counts: a shard of the session, its own but for the last one.</summary>
    public int ShardIndex { get; }

    /// <summary>Site of the routed call under way: where a finding is detected. 0 outside of any.</summary>
    public int CurrentSite
    {
        get => _shard->CurrentSite;
        set => _shard->CurrentSite = value;
    }

    /// <summary>What its allocations are counted for besides; null but while a flow is measured that the thread works for.</summary>
    public FlowCounter? Flow { get; set; }

    /// <summary>The calling thread's, of whichever engine it called last; null before its first call.</summary>
    public static EngineThread? Current
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => t_slot == 0 ? null : Unsafe.AsRef<EngineThread?>((void*)t_slot);
    }

    /// <summary>Makes this the calling thread's, whose it must be.</summary>
    public void MakeCurrent()
    {
        if (_slot.Length == 0)
            _slot = GC.AllocateArray<EngineThread?>(1, pinned: true);
        _slot[0] = this;
        t_current = this;
        t_slot = (nint)Unsafe.AsPointer(ref _slot[0]);
    }
}
