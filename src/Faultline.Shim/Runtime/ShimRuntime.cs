using Faultline.Shim.Engine;
using Faultline.Shim.Host;
using Faultline.Shim.Metrics;
using Faultline.Shim.Recording;
using Faultline.Tracing.Session;
using Faultline.Tracing.Stacks;

namespace Faultline.Shim.Runtime;

/// <summary>
/// The process's engine, or null where there is no session: then the facades forward to the real functions. Found once,
/// by the startup hook or by the first routed call. A readonly static, so that compiled code has it as a constant.
/// </summary>
internal static unsafe class ShimRuntime
{
    public static readonly ShimEngine? Engine = Attach();

    /// <summary>Asking makes sure that the engine was looked for.</summary>
    public static bool IsRouted => Engine != null;

    /// <summary>
    /// Joins the session that the environment names, else makes one if the compiler routed the program's calls; null when there is none, another
    /// process has it, or the host refuses. Never throws.
    /// </summary>
    private static ShimEngine? Attach()
    {
        string? path = SessionEnvironment.Take(out StackSampling stacks);
        SessionFile? session = null;
        try
        {
            if (path != null)
                session = SessionFile.Attach(path, largestArena: 1UL << 40);
            else if (OwnSession.IsWanted)
                (session, path) = OwnSession.Create();
            ShimEngine? engine = session == null ? null : Start(session, path!, stacks);
            ProcessRouting.Settle();
            return engine;
        }
        catch (Exception failure)
        {
            Refuse(session, failure);
            ProcessRouting.Settle(failure.Message);
            return null;
        }
    }

    private static ShimEngine Start(SessionFile session, string path, StackSampling stacks)
    {
        Recorder? recorder = Recorder.Attach(session, path, stacks);
        var engine = new ShimEngine(session, CreateParts(session, recorder), HostCalls.gettid() == Environment.ProcessId, recorder);
        session.Header->StartedUnixNanoseconds = (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;
        Volatile.Write(ref *(uint*)&session.Header->State, (uint)SessionState.Running);
        Agent.Start(engine);
        FaultlineMeter.Start(session);
        return engine;
    }

    private static EngineParts CreateParts(SessionFile session, Recorder? recorder)
    {
        try
        {
            return EngineParts.Create(session, SessionEnvironment.Tunables(session.Header->Libc));
        }
        catch
        {
            recorder?.Dispose();
            throw;
        }
    }

    /// <summary>The program runs on, unrouted; the session says why.</summary>
    private static void Refuse(SessionFile? session, Exception failure)
    {
        OwnTrace.Abandon();
        if (session == null)
            return;
        SessionNotes.Append(session, "refused", failure.Message);
        session.Header->State = SessionState.Refused;
    }
}
