using System.CommandLine;
using Faultline.Reporting.Views;
using Faultline.Tool.Viewing;

namespace Faultline.Tool.Verbs;

/// <summary><c>faultline summary</c>: the answer in twenty lines.</summary>
internal static class SummaryVerb
{
    public const string HelpText = "The answer in twenty lines: what was asked for, what of it was usable, what became resident, what it faulted, and the five most costly call sites\n"
        + "with a sentence each.\n\n" + CostVerbs.Files + """


        Examples:
          faultline summary app.fltrace
          faultline summary report.json
          faultline summary heaptrack.app.4711.zst --json

        Exit codes: 0; 2 where the file cannot be read (the line says why).
        """;

    public static Command Create(string[] afterSeparator, TextWriter output, TextWriter error)
        => CostVerbs.Create("summary", "Answers in twenty lines: asked, usable, resident, faulted, and the five most costly sites.", afterSeparator, output, [], (_, named) =>
        {
            CostView view = CostViewFiles.Open(named, "summary", lifetimes: null, within: 0, error);
            return new(page => CostPages.Summary(page, view), stream => ViewJson.Summary(view, CostPages.SummarySites, stream));
        });
}
