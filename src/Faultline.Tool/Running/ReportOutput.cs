using Faultline.Reporting;

namespace Faultline.Tool.Running;

/// <summary>
/// Where the report goes: standard error, or a file. The file is opened under a temporary name before the program starts,
/// so that what forbids writing is told first, and gets its name when it is whole.
/// </summary>
internal sealed class ReportOutput : IDisposable
{
    private readonly string? _path;
    private readonly string? _temporary;
    private readonly FileStream? _file;

    private ReportOutput(string? path, string? temporary, FileStream? file)
    {
        _path = path;
        _temporary = temporary;
        _file = file;
    }

    /// <summary>Throws <see cref="UsageException"/> if the file cannot be written.</summary>
    public static ReportOutput Open(RunRequest request)
    {
        if (request.OutputPath is not { } named)
            return new(null, null, null);
        try
        {
            return IsDevice(named)
                ? new(named, null, new FileStream(named, FileMode.Open, FileAccess.Write))
                : OpenFile(named, FinalTarget(named), request.Force);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new UsageException($"cannot write --output {named}: {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    public void Write(ProgramRun run, RunRequest request, TextWriter error)
    {
        Report report = run.Report();
        if (_file != null)
        {
            WriteFile(report, request);
            if (!request.Quiet)
                error.WriteLine($"faultline: report written to {request.OutputPath}");
        }
        else if (!request.Quiet)
        {
            WriteError(report, request, error);
        }

        if (request.Quiet && report.Trace?.StopReason is { } reason)
            error.WriteLine($"faultline: the trace {request.TracePath} ends early: {reason}");
        if (request.Quiet && report.Findings.Count > 0)
            error.WriteLine($"faultline: findings: {report.Findings.Count}, the first: {report.Findings[0].Title}");
    }

    public void Dispose()
    {
        _file?.Dispose();
        if (_temporary != null && File.Exists(_temporary))
            File.Delete(_temporary);
    }

    private static ReportOutput OpenFile(string named, string path, bool force)
    {
        if (Directory.Exists(path))
            throw new UsageException($"--output {named} is a folder: give a file");
        if (File.Exists(path) && !force)
            throw new UsageException($"--output {named} exists: give another name, or --force to overwrite it");
        string folder = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(folder))
            throw new UsageException($"--output {named}: there is no folder {folder}");
        string temporary = Path.Combine(folder, $".{Path.GetFileName(path)}.{Environment.ProcessId}.tmp");
        return new(path, temporary, new FileStream(temporary, FileMode.CreateNew, FileAccess.Write));
    }

    /// <summary>The file that a link names is replaced and not the link; a file that is not there yet has no target.</summary>
    private static string FinalTarget(string named)
    {
        FileInfo file = new(named);
        return (file.LinkTarget == null ? null : file.ResolveLinkTarget(returnFinalTarget: true)?.FullName) ?? file.FullName;
    }

    /// <summary>/dev/stdout, /dev/null and a shell's >(…) are written to, not replaced.</summary>
    private static bool IsDevice(string path)
        => Path.GetFullPath(path) is { } full
        && (full.StartsWith("/dev/", StringComparison.Ordinal) || full.StartsWith("/proc/", StringComparison.Ordinal));

    private void WriteFile(Report report, RunRequest request)
    {
        if (request.Json)
        {
            JsonReport.Write(report, _file!);
        }
        else
        {
            using StreamWriter writer = new(_file!, leaveOpen: true) { NewLine = "\n" };
            TextReport.Write(report, writer, new TextOptions(Top: request.Top));
        }

        _file!.Dispose();
        if (_temporary != null)
            File.Move(_temporary, _path!, overwrite: request.Force);
    }

    private static void WriteError(Report report, RunRequest request, TextWriter error)
    {
        if (request.Json)
        {
            using MemoryStream stream = new();
            JsonReport.Write(report, stream);
            error.Write(System.Text.Encoding.UTF8.GetString(stream.ToArray()));
            return;
        }

        bool terminal = Terminal.Is(error);
        TextReport.Write(report, error, new TextOptions(terminal ? Terminal.Width : null, terminal && Terminal.WantsColour, request.Top));
    }
}
