using System.Diagnostics;
using Faultline.Reporting;
using Faultline.Tracing.Session;
using Faultline.Weaver;

namespace Faultline.Tool.Running;

/// <summary>A program's run under the shim, ended: its exit code and all that a report is made of.</summary>
internal sealed record ProgramRun(int ExitCode, SessionReading Session, SiteTable Sites, RunFacts Facts, RoutingFacts Routing)
{
    /// <summary>
    /// Routes and runs an application, and waits for its end. Throws <see cref="UsageException"/> or
    /// <see cref="UnsupportedApplicationException"/> if it cannot be started.
    /// </summary>
    public static ProgramRun Start(string application, RunRequest request, Progress progress)
    {
        HostFacts.Require();
        WeaverOptions options = new() { ShimFolder = AppContext.BaseDirectory };
        LaunchPlan plan = progress.Step($"routing {Path.GetFileName(application)}",
            detail => ApplicationWeaver.Prepare(new(application, request.Arguments), options, detail));
        using SessionFile session = CreateSession(request, plan.Sites.Count);
        long started = Stopwatch.GetTimestamp();
        int exitCode = ChildProcess.Run(plan, session.Path);
        TimeSpan wallTime = Stopwatch.GetElapsedTime(started);
        long ended = HostFacts.UnixNanoseconds();
        return new(exitCode, SessionReading.Take(session), RoutingConversion.Sites(plan.Sites),
            new(request.Target, Path.GetFileName(application), exitCode, wallTime, ended, HostFacts.RamBytes()),
            RoutingConversion.Facts(plan.Summary));
    }

    public Report Report() => ReportBuilder.Build(Session, Sites, Facts, Routing);

    private static SessionFile CreateSession(RunRequest request, int sites)
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
            });
        }
        catch (IOException e)
        {
            throw new UsageException($"the host refuses the memory that the program and the tool would share: {e.Message}");
        }
    }
}
