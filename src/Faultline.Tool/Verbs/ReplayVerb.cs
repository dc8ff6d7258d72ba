using System.CommandLine;
using Faultline.Reporting;
using Faultline.Tool.Profiling;
using Faultline.Tool.Running;
using Faultline.Tracing.Replay;

namespace Faultline.Tool.Verbs;

/// <summary><c>faultline replay</c>: a trace through the simulated libc and kernel, reported as <c>run</c> reports a program.</summary>
internal static class ReplayVerb
{
    public const string HelpText = """
        Traces: .fltrace, text traces (see 'faultline transcript --help'), heaptrack's data files (.zst, .gz, --raw) and
        mtrace(3) output, plain or compressed with gzip or zstd; the content tells which. The report is the one of
        'faultline run'. A trace that is cut off or damaged is replayed up to there, and the report says where.

        Examples:
          faultline replay app.trace.gz
          faultline replay heaptrack.app.4711.zst --top 30
          faultline replay app.fltrace --arena-max 1 --thp always
          faultline replay app.fltrace --libc glibc-2.41                     as on Debian 13
          faultline replay app.fltrace --memory-limit 256MiB --swap 1GiB     as in a container of that size
          faultline replay app.trace.gz --tunables glibc.malloc.mmap_threshold=65536
          faultline replay --json --output report.json --force orders.mtrace
          faultline replay app.fltrace --profile App.faultline.json          the costs of each call, for the editor

        Exit codes: 0; 2 where the trace cannot be read at all (the line says why).
        """;

    public static Command Create(string[] afterSeparator, TextWriter output, TextWriter error)
    {
        Argument<string[]> traces = new("trace") { Description = "A trace of any known format, plain or compressed." };
        Option<int> top = new("--top")
        {
            Description = "How many sites and leaks the text shows (the JSON has all).",
            HelpName = "n",
            DefaultValueFactory = _ => 10,
            CustomParser = result => RunOptions.ParseNumber(result, int.MaxValue),
        };
        Option<bool> json = new("--json") { Description = "The report in the machine's form." };
        Option<string?> file = new("--output", "-o") { Description = "Write the report to this file, not to standard output.", HelpName = "file" };
        Option<string?> profile = new("--profile")
        {
            Description = "Write the measured cost of each call for the rules to show at its line.",
            HelpName = "file" + MeasuredProfileJson.Extension,
        };
        Option<bool> force = new("--force", "-f") { Description = "Overwrite the --output and --profile files." };
        ReplayVerbOptions options = new();
        Command command = new("replay", "Replays a recorded trace on the simulated libc and kernel and reports what it cost.") { traces };
        foreach (Option option in (Option[])[.. options.All, top, file, profile, force, json])
            command.Add(option);
        command.SetAction(parsed =>
        {
            string[] named = TraceFiles.Named(parsed.GetValue(traces), afterSeparator, command);
            if (named.Length != 1)
                throw new UsageException($"{(named.Length == 0 ? "no trace" : "more than one trace")} given: faultline replay <trace>");
            using NewFile? target = parsed.GetValue(file) is { } path ? NewFile.Create(path, parsed.GetValue(force)) : null;
            using NewFile? costs = parsed.GetValue(profile) is { } costsPath ? NewFile.Create(costsPath, parsed.GetValue(force), "--profile") : null;
            ReplayOptions replay = options.Read(parsed, Path.GetFileName(named[0])) with { Measures = costs != null };
            ReplayedTrace replayed = ReplayedTrace.Run(named[0], replay, options.AssumesTouches(parsed), options.OverridesTrace(parsed), error);
            Report report = replayed.Report();
            if (costs != null)
                NewFile.Put(costs, output, stream => MeasuredProfileJson.Write(replayed.Profile(report), stream, ProfileOutput.FolderOf(parsed.GetValue(profile)!)));
            Write(report, parsed.GetValue(json), parsed.GetValue(top), target, output);
            return ExitCodes.Fine;
        });
        return command;
    }

    private static void Write(Report report, bool json, int top, NewFile? target, TextWriter output)
    {
        if (target == null && !json)
        {
            TextReport.Write(report, output, new TextOptions(Top: top));
            return;
        }

        NewFile.Put(target, output, stream =>
        {
            if (json)
            {
                JsonReport.Write(report, stream);
                return;
            }

            using StreamWriter writer = new(stream, leaveOpen: true) { NewLine = "\n" };
            TextReport.Write(report, writer, new TextOptions(Top: top));
        });
    }
}
