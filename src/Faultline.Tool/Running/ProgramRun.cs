using System.Diagnostics;
using Faultline.Reporting;
using Faultline.Tracing.Events;
using Faultline.Tracing.Session;
using Faultline.Weaver;

namespace Faultline.Tool.Running;

/// <summary>A program's run under the shim, ended: its exit code and all that a report is made of.</summary>
internal sealed record ProgramRun(int ExitCode, SessionReading Session, SiteTable Sites, RunFacts Facts, RoutingFacts Routing)
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
            : TraceRecording.Create(request.TracePath!, trace, sites.Sites, KnownOf(request, plan));
        using SessionFile session = CreateSession(request, plan.Sites.Count, recording?.Descriptor ?? 0);
        using SharedSites shared = ShareSites(sites);
        recording?.Start(session);
        long started = Stopwatch.GetTimestamp();
        int exitCode = ChildProcess.Run(plan, session, shared, request.Stacks);
        TimeSpan wallTime = Stopwatch.GetElapsedTime(started);
        long ended = HostFacts.UnixNanoseconds();
        RunFacts facts = new(request.Target, Path.GetFileName(application), exitCode, wallTime, ended, HostFacts.RamBytes())
        {
            Trace = recording?.Finish(),
        };
        return new(exitCode, SessionReading.Take(session), sites, facts, RoutingConversion.Facts(plan.Summary));
    }

    public Report Report() => ReportBuilder.Build(Session, Sites, Facts, Routing);

    /// <summary>What is known of the trace before the program starts.</summary>
    private static TraceMetadata KnownOf(RunRequest request, LaunchPlan plan) => new()
    {
        Program = string.Join(' ', [request.Target, .. request.Arguments]),
        Tunables = ProgramEnvironment.Tunables(plan),
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
