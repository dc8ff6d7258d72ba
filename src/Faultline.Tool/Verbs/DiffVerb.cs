using System.CommandLine;
using Faultline.Reporting;
using Faultline.Tool.Running;

namespace Faultline.Tool.Verbs;

/// <summary><c>faultline diff</c>: what changed between two runs.</summary>
internal static class DiffVerb
{
    public const string HelpText = """
        Each of the two is what a run left: a report in the machine's form (run --json), a profile (run --profile) or a trace
        (run --trace). A call is the same in both if its statement and its member are, wherever its line is; else the n-th call
        of its API in its method is taken for the same.

        Examples:
          faultline diff before.faultline.json after.faultline.json
          faultline diff main.json app.fltrace --json

        Exit codes: 0, whatever differs ('faultline check --baseline' is for builds); 2 bad usage or input.
        """;

    public static Command Create(string[] afterSeparator, TextWriter output, TextWriter error)
    {
        Argument<string[]> results = new("results") { Description = "The earlier and the later one: reports' JSON, profiles or traces." };
        Option<bool> json = new("--json") { Description = "All sites that changed, in the machine's form." };
        Command command = new("diff", "Compares what two runs cost, in total and by call.") { results, json };
        command.SetAction(parsed =>
        {
            string[] named = TraceFiles.Named(parsed.GetValue(results), afterSeparator, command);
            if (named.Length != 2)
                throw new UsageException($"two results are compared, not {named.Length}: faultline diff <before> <after>");
            CostDiff diff = CostDiff.Of(CostFiles.Open(named[0], error), CostFiles.Open(named[1], error));
            if (parsed.GetValue(json))
                NewFile.Put(null, output, stream => CostDiffJson.Write(diff, stream));
            else
                CostDiffText.Write(diff, output);
            return ExitCodes.Fine;
        });
        return command;
    }
}
