using Faultline.Reporting;

namespace Faultline.Tool.Running;

/// <summary>
/// Where the report goes: standard error, or a file. The file is opened under a temporary name before the program starts,
/// so that what forbids writing is told first, and gets its name when it is whole.
/// </summary>
internal sealed class ReportOutput : IDisposable
{
    private readonly NewFile? _file;

    private ReportOutput(NewFile? file) => _file = file;

    /// <summary>Throws <see cref="UsageException"/> if the file cannot be written.</summary>
    public static ReportOutput Open(RunRequest request)
        => new(request.OutputPath is { } named ? NewFile.Create(named, request.Force) : null);

    public void Write(ProgramRun run, RunRequest request, TextWriter error)
    {
        Report report = run.Report();
        if (_file != null)
        {
            WriteFile(_file, report, request);
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

    public void Dispose() => _file?.Dispose();

    private static void WriteFile(NewFile file, Report report, RunRequest request)
    {
        if (request.Json)
        {
            JsonReport.Write(report, file.Stream);
        }
        else
        {
            using StreamWriter writer = new(file.Stream, leaveOpen: true) { NewLine = "\n" };
            TextReport.Write(report, writer, new TextOptions(Top: request.Top));
        }

        file.Commit();
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
