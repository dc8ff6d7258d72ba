using System.Diagnostics;
using Faultline.Reporting;
using Faultline.Tracing.Events;
using Faultline.Tracing.Session;
using Faultline.Weaver;

namespace Faultline.Tool.Running;

/// <summary>A program's run under the shim, ended: its exit code, all that a report is made of, and what was recorded (null: nothing).</summary>
internal sealed record ProgramRun(int ExitCode, SessionReading Session, SiteTable Sites, RunFacts Facts, RoutingFacts Routing, TraceFacts? Recorded)
{
    /// <summary>
    /// Routes and runs an application, recording it if there is a file for that, and waits for its end. Throws <see cref="UsageException"/> or
    /// <see cref="UnsupportedApplicationException"/> if it cannot be started.
    /// </summary>
    public static ProgramRun Start(string application, RunRequest request, NewFile? trace, Progress progress)
    {
        HostFacts.Require();
        WeaverOptions options = new() { ShimFolder = AppContext.BaseDirectory };
        LaunchPlan plan = progress.Step($"routing {Path.GetFileName(application)}",
            detail => ApplicationWeaver.Prepare(new(application, request.Arguments), options, detail));
        SiteTable sites = RoutingConversion.Sites(plan.Sites);
        using TraceRecording? recording = trace == null ? null
            : TraceRecording.Create(request.TracePath ?? request.ProfilePath!, trace, sites.Sites, KnownOf(request, plan));
        int most = plan.Sites.Count + (CompilerRouted.Brings(application) ? CompilerRouted.MostSites : 0);
        using SessionFile session = CreateSession(request, most, recording?.Descriptor ?? 0);
        using SharedSites shared = ShareSites(sites);
        recording?.Start(session);
        long started = Stopwatch.GetTimestamp();
        int exitCode = ChildProcess.Run(plan, session, shared, request.Stacks);
        TimeSpan wallTime = Stopwatch.GetElapsedTime(started);
        long ended = HostFacts.UnixNanoseconds();
        IReadOnlyList<CallSite> own = CompilerRouted.Read(shared, plan.Sites.Count);
        TraceFacts? recorded = recording?.Finish(own);
        RunFacts facts = new(request.Target, Path.GetFileName(application), exitCode, wallTime, ended, HostFacts.RamBytes())
        {
            Trace = request.TracePath == null ? null : recorded,
        };
        return new(exitCode, SessionReading.Take(session), new SiteTable(sites.Sites.Concat(own)), facts, CompilerRouted.Add(RoutingConversion.Facts(plan.Summary), own), recorded);
    }

    public Report Report() => ReportBuilder.Build(Session, Sites, Facts, Routing);

    /// <summary>What is known of the trace before the program starts.</summary>
    private static TraceMetadata KnownOf(RunRequest request, LaunchPlan plan) => new()
    {
        Program = string.Join(' ', [request.Target, .. request.Arguments]),
        Tunables = ProgramEnvironment.Tunables(plan, request.Libc),
        Stacks = request.Stacks,
    };

    private static SharedSites ShareSites(SiteTable sites)
    {
        try
        {
            return SharedSites.Create(sites.Sites);
        }
        catch (IOException e)
        {
            throw new UsageException($"the host refuses the memory that the program and the tool would share: {e.Message}");
        }
    }

    private static SessionFile CreateSession(RunRequest request, int sites, int recording)
    {
        if (sites >= SessionLayout.SiteCapacity)
            throw new UsageException($"the program has {sites} call sites; a session holds {SessionLayout.SiteCapacity - 1}");
        try
        {
            return SessionFile.Create(new()
            {
                RamBytes = request.RamBytes,
                Cpus = (uint)request.Cpus,
                ThpPolicy = (uint)request.Thp,
                Libc = request.Libc,
                Observer = request.Observer,
                SiteCount = (uint)sites,
                RecordingDescriptor = recording,
            });
        }
        catch (IOException e)
        {
            throw new UsageException($"the host refuses the memory that the program and the tool would share: {e.Message}");
        }
    }
}
