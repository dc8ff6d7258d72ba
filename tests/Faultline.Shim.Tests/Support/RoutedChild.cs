using System.Diagnostics;
using Faultline.Libc;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Tests.Support;

/// <summary>Runs the test program under a session of its own, as the tool does: startup hook, session, folder by the environment.</summary>
internal sealed class RoutedChild : IDisposable
{
    public const string BaseDirectory = "/somewhere/else/";

    public RoutedChild(uint snapshotMilliseconds = 20, LibcProfile? libc = null)
        => Session = SessionFile.Create(new SessionParameters { SiteCount = 20, SnapshotMilliseconds = snapshotMilliseconds, Libc = libc ?? LibcProfile.Default });

    public SessionFile Session { get; }

    public int ExitCode { get; private set; }

    public string Output { get; private set; } = "";

    public string Errors { get; private set; } = "";

    private static string Program => Path.Combine(AppContext.BaseDirectory, "Faultline.Shim.TestProgram.dll");

    public unsafe SessionState State => Session.Header->State;

    public SnapshotRecord Snapshot => SessionSnapshots.TryRead(Session, out SnapshotRecord snapshot) ? snapshot : throw new InvalidOperationException("no snapshot was taken");

    public SiteCounters Site(int site) => SessionCounters.Read(Session, site);

    /// <summary>Limits are the shell's, such as "-v 1000000".</summary>
    public RoutedChild Run(string what, bool routed = true, string? limit = null, params (string Name, string Value)[] environment)
    {
        string command = $"exec dotnet exec '{Program}' {what} {Session.Path}";
        if (limit != null)
            command = $"ulimit {limit} && {command}";
        var start = new ProcessStartInfo("/bin/sh", ["-c", command]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        start.Environment.Remove(SessionLayout.EnvironmentVariable);
        if (routed)
        {
            start.Environment[SessionLayout.EnvironmentVariable] = Session.Path;
            start.Environment["FAULTLINE_BASE_DIRECTORY"] = BaseDirectory;
            start.Environment["DOTNET_STARTUP_HOOKS"] = Path.Combine(AppContext.BaseDirectory, "Faultline.Shim.dll");
        }

        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        Output = process.StandardOutput.ReadToEnd();
        Errors = errors.Result;
        process.WaitForExit();
        ExitCode = process.ExitCode;
        return this;
    }

    public void Dispose() => Session.Dispose();
}
