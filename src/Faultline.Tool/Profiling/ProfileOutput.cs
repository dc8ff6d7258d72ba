using Faultline.Reporting;
using Faultline.Tool.Running;
using Faultline.Tool.Verbs;
using Faultline.Tracing.Events;
using Faultline.Tracing.Replay;

namespace Faultline.Tool.Profiling;

/// <summary>
/// The profile of a run. Counters are the session's; sizes, lifetimes and pinning come from a replay of the recorded run, so that the program
/// pays for nothing but the recording, and only where a profile is wanted. The recording is kept where --trace asks for it.
/// </summary>
internal sealed class ProfileOutput : IDisposable
{
    private readonly NewFile _file;
    private readonly string _named;
    private readonly string _trace;
    private readonly bool _keepsTrace;
    private readonly RunRequest _request;

    private ProfileOutput(RunRequest request, NewFile file)
    {
        _request = request;
        _named = request.ProfilePath!;
        _file = file;
        _keepsTrace = request.TracePath != null;
        _trace = request.TracePath ?? Path.Combine(Path.GetTempPath(), $"faultline-{Environment.ProcessId}-{Guid.NewGuid():N}.fltrace");
    }

    /// <summary>Where the run is to be recorded.</summary>
    public string TracePath => _trace;

    /// <summary>The file that is named, or NAME.faultline.json beside the project of that name, else in the current folder.</summary>
    public static string PathFor(string? named, string target)
    {
        if (named != null)
            return named;
        string folder = Directory.Exists(target) ? target : target.EndsWith("proj", StringComparison.Ordinal) ? Path.GetDirectoryName(target)! : "";
        string name = Directory.Exists(target)
            ? Directory.EnumerateFiles(target, "*.*proj").Order(StringComparer.Ordinal).FirstOrDefault() ?? Path.GetFullPath(target)
            : target;
        return Path.Combine(folder, Path.GetFileNameWithoutExtension(name) + MeasuredProfileJson.Extension);
    }

    /// <summary>That a profile's relative paths start from.</summary>
    public static string FolderOf(string path) => Path.GetDirectoryName(Path.GetFullPath(path))!;

    /// <summary>Null where no profile is wanted. Throws <see cref="UsageException"/> if the file cannot be written.</summary>
    public static ProfileOutput? Open(RunRequest request)
        => request.ProfilePath is { } path ? new(request, NewFile.Create(path, request.Force, "--profile")) : null;

    /// <summary>After the program's end.</summary>
    public void Write(ProgramRun run, string application, Progress progress, TextWriter error)
    {
        IReadOnlyDictionary<int, SiteIdentity> names = SiteNaming.Of(run.Sites, assembly => BuiltAt(application, assembly));
        (Measurements? measured, string? note) = Measure(run, progress);
        MeasuredProfile profile = MeasuredProfileBuilder.Build(run.Report(), names, measured, note);
        MeasuredProfileJson.Write(profile, _file.Stream, FolderOf(_named));
        _file.Commit();
        if (_request.Quiet)
            return;
        int unnamed = profile.Sites.Count(site => site.Identity.Key == null);
        error.WriteLine($"faultline: profile of {profile.Sites.Count} call sites written to {_named}"
            + (unnamed == 0 ? "" : $", {unnamed} of which the rules will not show (withoutKey says why)"));
    }

    public void Dispose()
    {
        _file.Dispose();
        if (!_keepsTrace)
            File.Delete(_trace);
    }

    private (Measurements? Measured, string? Note) Measure(ProgramRun run, Progress progress)
    {
        if (run.Recorded is not { Events: > 0 } recorded)
            return (null, "the run left no recording: sizes, lifetimes and pinning are not known");
        ReplayResult replay = progress.Reading($"measuring {Path.GetFileName(_named)}", open =>
        {
            using ITraceSource source = open(_trace);
            return TraceReplay.Run(source, new ReplayOptions { Measures = true });
        });
        return (replay.Measurements, recorded.StopReason is { } reason ? $"sizes, lifetimes and pinning are of a part of the run: {reason}" : null);
    }

    /// <summary>Of a single-file application the assemblies are in the one file.</summary>
    private static DateTime? BuiltAt(string application, string assembly)
    {
        string beside = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(application))!, assembly + ".dll");
        string file = File.Exists(beside) ? beside : application;
        return File.Exists(file) ? File.GetLastWriteTimeUtc(file) : null;
    }
}
