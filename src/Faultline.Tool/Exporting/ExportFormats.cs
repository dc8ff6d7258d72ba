using Faultline.Reporting;
using Faultline.Reporting.Exports;
using Faultline.Tracing.Events;
using Faultline.Tracing.Replay;
using Faultline.Tracing.Stacks;

namespace Faultline.Tool.Exporting;

/// <summary>A format: its name, whether it is text, whether it is of chosen metrics, whether it reads the trace more than once, and its writer.</summary>
internal sealed record ExportFormat(string Name, Action<ExportInput, Stream> Write)
{
    public bool IsBinary { get; init; }

    public bool HasMetrics { get; init; }

    public bool ReadsAgain { get; init; }
}

/// <summary>What there is to write: a replayed trace, its report and its stacks, the metric that was asked for (null: none was), and the trace again, from its start.</summary>
internal sealed record ExportInput(string Trace, ReplayResult Replay, Report Report, StackPaths Stacks, ExportMetric? Metric, Func<ITraceSource> Again)
{
    public string Program => Replay.Trace.Program.Length > 0 ? Replay.Trace.Program : Path.GetFileName(Trace);
}

/// <summary>The table of formats.</summary>
internal static class ExportFormats
{
    private static readonly ExportFormat[] s_all =
    [
        new("speedscope", (input, stream) => SpeedscopeExport.Write(input.Stacks, input.Metric is { } one ? [one] : ExportMetric.All, $"{input.Program} (Faultline)", stream)) { HasMetrics = true },
        new("collapsed", (input, stream) => Text(stream, writer => CollapsedExport.Write(input.Stacks, input.Metric ?? ExportMetric.All[0], writer))) { HasMetrics = true },
        new("pprof", (input, stream) => PprofExport.Write(input.Stacks, input.Replay.Trace.StartedUnixNanoseconds, CommentOf(input), stream)) { IsBinary = true },
        new("massif", (input, stream) => Text(stream, writer => MassifExport.Write(HeapProfile.Take(input.Again), input.Replay, input.Program, writer))) { ReadsAgain = true },
        new("csv", (input, stream) => Text(stream, writer => CsvExport.Write(input.Stacks, writer))),
        new("parquet", (input, stream) => ParquetExport.Write(input.Stacks, stream)) { IsBinary = true },
        new("allocinfo", (input, stream) => Text(stream, writer => AllocinfoExport.Write(input.Report.Sites, writer))),
    ];

    public static IEnumerable<string> Names => s_all.Select(format => format.Name);

    public static ExportFormat Find(string name) => s_all.Single(format => format.Name == name);

    private static void Text(Stream stream, Action<TextWriter> write)
    {
        using StreamWriter writer = new(stream, leaveOpen: true) { NewLine = "\n" };
        write(writer);
    }

    private static string CommentOf(ExportInput input)
        => $"{input.Program}: faults and resident bytes are simulated by Faultline ({input.Report.Profile.Libc}, {input.Report.Profile.Kernel})"
            + (input.Stacks.IsEstimate ? $"; stacks were sampled, one in {input.Stacks.Sampling.Bytes} bytes" : "");
}
