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
    [ThreadStatic]
    private static EngineThread? t_current;

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

    /// <summary>The calling thread's, of whichever engine it called last; null before its first call.</summary>
    public static EngineThread? Current
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => t_current;
        set => t_current = value;
    }
}
