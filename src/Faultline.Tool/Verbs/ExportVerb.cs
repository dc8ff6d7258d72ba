using System.CommandLine;
using Faultline.Reporting.Exports;
using Faultline.Tool.Exporting;

namespace Faultline.Tool.Verbs;

/// <summary><c>faultline export</c>: a trace, replayed, in the format of a viewer that people have already.</summary>
internal static class ExportVerb
{
    public const string HelpText = """
        Formats:
          speedscope   JSON for https://www.speedscope.app: one profile a metric (all, or those of --metric)
          collapsed    "a;b;c 42" lines for flamegraph.pl, inferno and others: one metric (requested unless --metric says otherwise)
          pprof        profile.proto, gzip: alloc_space, alloc_objects, inuse_space, inuse_objects, faults, resident_space, temporary_space
          massif       for ms_print and massif-visualizer: bytes asked for over time, by stack at the peak and the end
          csv, parquet a row a stack, for notebooks
          allocinfo    live bytes and blocks by call site, as in /proc/allocinfo

        Metrics: requested, blocks, resident, faults, temporary, leaked. Faults and resident bytes are of the simulated machine; what the allocator's
        own headers took is a stack of its own. Stacks are those that the trace has ('faultline run --stacks', heaptrack); without them
        each is a call site. Of sampled stacks the numbers are estimates; massif and allocinfo are exact in any case.

        Examples:
          faultline export app.fltrace --format speedscope -o app.speedscope.json
          faultline export app.fltrace --format collapsed --metric faults | flamegraph.pl > faults.svg
          faultline export app.fltrace --format pprof -o app.pb.gz        and then: go tool pprof -http : app.pb.gz
          faultline export app.fltrace --format massif -o massif.out && ms_print massif.out
          faultline export heaptrack.app.4711.zst --format parquet -o app.parquet

        Exit codes: 0; 2 where the trace cannot be read at all, or the file not be written (the line says why).
        """;

    public static Command Create(string[] afterSeparator, TextWriter output, TextWriter error)
    {
        string[] formats = [.. ExportFormats.Names];
        string[] metrics = [.. ExportMetric.All.Select(metric => metric.Name)];
        Argument<string[]> traces = new("trace") { Description = "A trace of any known format, plain or compressed." };
        Option<string?> format = new("--format") { Description = "What to write.", HelpName = string.Join('|', formats), CustomParser = result => RunOptions.ParseChoice(result, formats) };
        Option<string?> metric = new("--metric") { Description = "Of speedscope and collapsed: of what.", HelpName = string.Join('|', metrics), CustomParser = result => RunOptions.ParseChoice(result, metrics) };
        Option<string?> file = new("--output", "-o") { Description = "Write to this file, not to standard output.", HelpName = "file" };
        Option<bool> force = new("--force", "-f") { Description = "Overwrite the --output file." };
        Command command = new("export", "Writes a trace's stacks and costs for speedscope, pprof, flame graphs, ms_print and notebooks.") { traces, format, metric, file, force };
        command.SetAction(parsed =>
        {
            string[] named = TraceFiles.Named(parsed.GetValue(traces), afterSeparator, command);
            if (named.Length != 1)
                throw new UsageException($"{(named.Length == 0 ? "no trace" : "more than one trace")} given: faultline export <trace> --format <format>");
            string wanted = parsed.GetValue(format) ?? throw new UsageException($"no --format given: it is one of {string.Join(", ", formats)}");
            ExportRequest request = new(named[0], ExportFormats.Find(wanted), parsed.GetValue(metric) is { } name ? ExportMetric.Find(name) : null);
            request.Check(hasFile: parsed.GetValue(file) != null);
            using NewFile? target = parsed.GetValue(file) is { } path ? NewFile.Create(path, parsed.GetValue(force)) : null;
            Export.Write(request, target, output, error);
            return ExitCodes.Fine;
        });
        return command;
    }
}
