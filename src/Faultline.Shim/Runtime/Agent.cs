using System.Diagnostics;
using Faultline.Shim.Engine;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Runtime;

/// <summary>
/// Takes snapshots while the program runs and when it ends. A program that is killed leaves the last one; one that fails
/// fast too, because the runtime raises no event then.
/// </summary>
internal sealed class Agent
{
    /// <summary>A snapshot is followed by a pause of at least this many times its duration: at most about 2 % of the time.</summary>
    private const int PausePerDuration = 50;
    private const int LongestPauseMilliseconds = 60_000;

    private readonly ShimEngine _engine;
    private readonly int _milliseconds;

    private Agent(ShimEngine engine, uint milliseconds)
    {
        _engine = engine;
        _milliseconds = (int)Math.Min(milliseconds, int.MaxValue);
    }

    public static unsafe void Start(ShimEngine engine)
    {
        var agent = new Agent(engine, engine.Session.Header->SnapshotMilliseconds);
        AppDomain.CurrentDomain.ProcessExit += agent.OnExit;
        AppDomain.CurrentDomain.UnhandledException += agent.OnUnhandledException;
        engine.TakeSnapshot(SnapshotReason.Start);
        if (agent._milliseconds == 0)
            return;
        var thread = new Thread(agent.Run, maxStackSize: 256 * 1024) { IsBackground = true, Name = "Faultline agent" };
        thread.UnsafeStart();
    }

    private void Run()
    {
        int pause = _milliseconds;
        double typical = 0;
        while (!_engine.HasSteppedAside)
        {
            Thread.Sleep(pause);
            // Handlers run in the order of registration: moving to the end lets the program's own run before the final snapshot.
            AppDomain.CurrentDomain.ProcessExit -= OnExit;
            AppDomain.CurrentDomain.ProcessExit += OnExit;
            long started = Stopwatch.GetTimestamp();
            _engine.TakeSnapshot(SnapshotReason.Periodic);
            // The first ones mostly measure the just-in-time compiler: what is taken for typical at most doubles, and a millisecond.
            typical = Math.Min(Stopwatch.GetElapsedTime(started).TotalMilliseconds, typical * 2 + 1);
            pause = (int)Math.Min(Math.Max(_milliseconds, typical * PausePerDuration), LongestPauseMilliseconds);
        }
    }

    private void OnExit(object? sender, EventArgs arguments) => End(SnapshotReason.Exit);

    private void OnUnhandledException(object sender, UnhandledExceptionEventArgs arguments)
    {
        if (arguments.IsTerminating)
            End(SnapshotReason.UnhandledException);
    }

    private void End(SnapshotReason reason)
    {
        _engine.TakeSnapshot(reason);
        OwnEnd.Write(_engine, reason);
    }
}
