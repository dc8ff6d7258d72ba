using System.CommandLine;
using System.Text.RegularExpressions;
using Faultline.Reporting;
using Faultline.Reporting.Html;
using Faultline.Tool.Running;

namespace Faultline.Tool.Verbs;

/// <summary><c>faultline diff</c>: what changed between two runs.</summary>
internal static class DiffVerb
{
    private const string DefaultPage = "diff.html";

    public const string HelpText = """
        Each of the two is what a run left: a report in the machine's form (run --json), a profile (run --profile) or a trace
        (run --trace). A call is the same in both if its statement and its member are, wherever its line is; else the n-th call
        of its API in its method is taken for the same.

        Examples:
          faultline diff before.faultline.json after.faultline.json
          faultline diff main.json app.fltrace --json
          faultline diff before.fltrace after.fltrace --html -o pool.html     a page with a chart and a table that opens from disk

        Exit codes: 0, whatever differs ('faultline check --baseline' is for builds); 2 bad usage or input.
        """;

    public static Command Create(string[] afterSeparator, TextWriter output, TextWriter error)
    {
        Argument<string[]> results = new("results") { Description = "The earlier and the later one: reports' JSON, profiles or traces." };
        Option<bool> json = new("--json") { Description = "All sites that changed, in the machine's form." };
        Option<bool> html = new("--html") { Description = "One HTML page of the differences." };
        Option<string?> file = new("--output", "-o") { Description = "The page's file. [default: diff.html in this folder]", HelpName = "file" };
        Option<bool> force = new("--force", "-f") { Description = "Overwrite the page's file." };
        Option<string?> title = new("--title") { Description = "The page's heading. [default: the program's name]", HelpName = "text" };
        Option<Regex?> confidential = new("--confidential")
        {
            Description = "Replace every name in the page in which this regular expression matches.",
            HelpName = "pattern",
            CustomParser = ReportVerb.ParsePattern,
        };
        Command command = new("diff", "Compares what two runs cost, in total and by call.") { results, json, html, file, force, title, confidential };
        command.SetAction(parsed =>
        {
            string[] named = TraceFiles.Named(parsed.GetValue(results), afterSeparator, command);
            if (named.Length != 2)
                throw new UsageException($"two results are compared, not {named.Length}: faultline diff <before> <after>");
            RequirePage(parsed, json, html, [file, force, title, confidential]);
            using NewFile? target = parsed.GetValue(html) ? NewFile.Create(parsed.GetValue(file) ?? DefaultPage, parsed.GetValue(force)) : null;
            CostDiff diff = CostDiff.Of(CostFiles.Open(named[0], error), CostFiles.Open(named[1], error));
            if (target != null)
            {
                HtmlComparison.Write(diff, parsed.GetValue(title), parsed.GetValue(confidential), target.Stream);
                target.Commit();
                error.WriteLine($"faultline: {parsed.GetValue(file) ?? DefaultPage}: open it in a browser");
            }
            else if (parsed.GetValue(json))
                NewFile.Put(null, output, stream => CostDiffJson.Write(diff, stream));
            else
                CostDiffText.Write(diff, output);
            return ExitCodes.Fine;
        });
        return command;
    }

    /// <summary>An option that would do nothing is said and not ignored.</summary>
    private static void RequirePage(ParseResult parsed, Option json, Option html, Option[] ofPage)
    {
        bool isPage = parsed.GetResult(html) is { Implicit: false };
        if (isPage && parsed.GetResult(json) is { Implicit: false })
            throw new UsageException("--json and --html are two forms: give one of them");
        if (!isPage && ofPage.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } idle)
            throw new UsageException($"{idle.Name} is of the page: give --html too");
    }
}
