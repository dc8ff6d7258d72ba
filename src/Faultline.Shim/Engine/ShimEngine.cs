using System.Runtime.CompilerServices;
using Faultline.Kernel.Host;
using Faultline.Libc;
using Faultline.Shim.Host;
using Faultline.Shim.Recording;
using Faultline.Shim.Watching;
using Faultline.Tracing.Events;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Engine;

/// <summary>
/// Serves the routed calls of one process: the simulated allocator over the watched process, the block tags, the counters
/// of the session. All calls may come from any thread, at the same time: what a thread's own cache can serve takes no lock and writes
/// nothing that another thread writes; what an arena or the simulated kernel has to do takes their locks, as in reality
/// (<see cref="WatchedProcess"/> states the order).
/// </summary>
/// <remarks>
/// Nothing of Faultline's may end the program. If the model breaks (an exception that no .NET API would throw), the engine
/// steps aside: blocks that exist stay where they are, and from then on the real allocator serves the program.
/// </remarks>
internal sealed unsafe partial class ShimEngine : IDisposable
{
    private readonly SessionFile _session;
    private readonly SessionHeader* _header;
    private readonly SiteCounters* _faultsOfSites;
    private readonly EngineParts _parts;
    private readonly WatchedProcess _watched;
    private readonly BlockTable _blocks;
    private readonly FindingLog _findings;
    private readonly Malloc<ArenaProcess> _malloc;
    private readonly ulong _arenaStart;
    private readonly ulong _arenaLength;
    private readonly bool _assumes;
    private volatile bool _steppedAside;
    private int _failures;

    /// <param name="session">Attached to and not yet running.</param>
    /// <param name="parts">Disposed with the engine.</param>
    /// <param name="isMain">The calling thread is the one that the process started with, whose arena is the main one.</param>
    /// <param name="recorder">Disposed with the engine; null where nothing is recorded.</param>
    internal ShimEngine(SessionFile session, EngineParts parts, bool isMain, Recorder? recorder = null)
    {
        _recorder = recorder;
        _stacks = recorder?.Stacks;
        parts.Watched.Recorder = recorder;
        _session = session;
        _header = session.Header;
        _faultsOfSites = session.Sites(0);
        _shards = new ShardPool(session);
        _parts = parts;
        _watched = parts.Watched;
        _blocks = parts.Watched.Blocks;
        _findings = parts.Findings;
        _malloc = parts.Malloc;
        _arenaStart = parts.Watched.Arena.Start;
        _arenaLength = parts.Watched.Arena.Length;
        _assumes = parts.Watched.Observer.Kind == ObserverKind.Assumed;
        if (isMain)
            Attach(isMain: true);
    }

    public SessionFile Session => _session;

    public bool HasSteppedAside => _steppedAside;

    internal WatchedProcess Watched => _watched;

    internal Malloc<ArenaProcess> Malloc => _malloc;

    /// <summary>Whether a pointer is the simulated allocator's. All others belong to the real one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Owns(void* block) => (ulong)block - _arenaStart < _arenaLength;

    /// <summary>
    /// Throws <see cref="InvalidOperationException"/> where the model, the tables and the sums disagree. For tests, with no other thread
    /// in a call.
    /// </summary>
    public void CheckInvariants()
    {
        _malloc.CheckInvariants();
        _watched.CheckInvariants(_session.SiteCount);
    }

    /// <summary>A routed call that asks for nothing: a null string, an alignment that is refused.</summary>
    public void CountNothing(int site) => CountElsewhere(site, foreign: false);

    public void Dispose()
    {
        _parts.Dispose();
        _pagesOfSite.Dispose();
        _recorder?.Dispose();
    }

    /// <summary>A call that only concerns the real allocator, or nobody (free of null).</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void CountElsewhere(int site, bool foreign, TraceEventKind kind = TraceEventKind.None, void* address = null)
    {
        try
        {
            EngineThread thread = Self();
            site = thread.CountCall(site);
            if (foreign)
                thread.CountForeign();
            RecordElsewhere(thread, kind, address, site, foreign);
        }
        catch (Exception failure)
        {
            StepAside(failure);
        }
    }

    /// <summary>
    /// The model broke; says so in the session and never touches it again. The locks that the failed operation holds stay taken:
    /// whoever waits for one gets an exception, and comes here too.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void StepAside(Exception failure)
    {
        _steppedAside = true;
        if (Interlocked.Increment(ref _failures) > 1)
            return;
        _watched.BreakLock();
        _malloc.BreakLocks();
        HostLock.Break(ref _threadsLock);
        try
        {
            ulong calls = SessionCounters.Total(_session).Calls;
            _findings.Note("internal", $"the simulation stopped after {calls} calls, the real allocator served the rest: {failure}");
            _findings.Add(FindingKind.Internal, 0, 0);
        }
        catch (Exception)
        {
            // The program matters more than the note on it.
        }
    }
}
