using System.CommandLine;
using Faultline.Reporting.Exports;
using Faultline.Reporting.Views;
using Faultline.Tool.Viewing;

namespace Faultline.Tool.Verbs;

/// <summary><c>faultline tree</c>: one metric by call stack.</summary>
internal static class TreeVerb
{
    public const string HelpText = "Who called for it, from the start of the program down. Without recorded stacks ('faultline run --trace FILE --stacks all' records them) the levels are\n"
        + "assembly, type, method and call site. Frames that have one callee only stand below each other.\n\n" + CostVerbs.Files + """


        Metrics: requested (bytes asked for), blocks, resident (bytes at the end), faults, temporary (bytes freed by their thread before it
        allocated again), leaked (bytes not freed at the end). What the allocator itself took is a branch of its own.

        Examples:
          faultline tree app.fltrace
          faultline tree app.fltrace --metric faults --min 5%
          faultline tree report.json --metric leaked --depth 3
          faultline tree app.fltrace --metric temporary --json

        Exit codes: 0; 2 where the file cannot be read, or does not have the metric (the line says why).
        """;

    private const int UsualDepth = 64, MostDepth = 400;

    public static Command Create(string[] afterSeparator, TextWriter output, TextWriter error)
    {
        string[] metrics = [.. ExportMetric.All.Select(metric => metric.Name)];
        Option<string> metric = new("--metric")
        {
            Description = "Of what.",
            HelpName = string.Join('|', metrics),
            DefaultValueFactory = _ => metrics[0],
            CustomParser = result => RunOptions.ParseChoice(result, metrics),
        };
        Option<int> depth = new("--depth")
        {
            Description = "How many levels are shown.",
            HelpName = "n",
            DefaultValueFactory = _ => UsualDepth,
            CustomParser = result => RunOptions.ParseNumber(result, MostDepth),
        };
        Option<double> min = new("--min") { Description = "Leave out what has less than this share of the whole. [default: 1%]", HelpName = "percent", CustomParser = CostVerbs.ParseShare };
        return CostVerbs.Create("tree", "Shows one metric by call stack, as a tree.", afterSeparator, output, [metric, depth, min], (parsed, named) =>
        {
            ExportMetric of = ExportMetric.Find(parsed.GetValue(metric)!)!;
            CostView view = CostViewFiles.Open(named, "tree", of.Name == "temporary" ? "--metric temporary" : null, within: 0, error);
            CallTree tree = CallTree.Build(view, of, parsed.GetValue(depth), parsed.GetResult(min) == null ? 0.01 : parsed.GetValue(min));
            return new(page => CostPages.Tree(page, view, tree), stream => ViewJson.Tree(view, tree, stream));
        });
    }
}
