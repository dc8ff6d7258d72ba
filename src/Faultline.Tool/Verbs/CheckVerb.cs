using System.CommandLine;
using Faultline.Reporting;
using Faultline.Tool.Running;

namespace Faultline.Tool.Verbs;

/// <summary><c>faultline check</c>: limits on what a run cost, for builds.</summary>
internal static class CheckVerb
{
    public const string HelpText = """
        RESULT is what a run left: a report in the machine's form (run --json), a profile (run --profile) or a trace
        (run --trace), which is replayed. Every limit that is given is checked and every breach told, with the calls that have
        most of it. Sizes are a number with B, K, M, G, T or P (also KB, KiB), in powers of 1024; shares are percents.

        The fragmentation is that of the heap at the end: of its bytes the share that is free and that trimming could not give
        back. A baseline is an earlier RESULT; its calls are found again by their statement, wherever their lines have moved to.

        Under GitHub Actions each breach is an annotation at its line, and the step's summary has a table.
        --sarif writes SARIF 2.1.0 for code scanning, with the ids that the rules have in the build.

        Examples:
          faultline check App.faultline.json --max-leak 1KB --max-faults 20000
          faultline check report.json --max-fragmentation 20% --max-site-leak 0 --max-findings 0
          faultline check app.fltrace --baseline main.faultline.json --tolerance 2% --sarif faultline.sarif --force

        Exit codes: 0 all limits hold, 1 one is breached, 2 bad usage or input.
        """;

    public static Command Create(string[] afterSeparator, TextWriter output, TextWriter error)
    {
        Argument<string[]> results = new("result") { Description = "A report's JSON, a profile or a trace." };
        CheckOptions options = new();
        Option<string?> sarif = new("--sarif") { Description = "Write the breaches as SARIF 2.1.0 to this file.", HelpName = "file" };
        Option<bool> force = new("--force", "-f") { Description = "Overwrite the --sarif file." };
        Option<bool> json = new("--json") { Description = "All checks in the machine's form." };
        Command command = new("check", "Checks what a run cost against limits or an earlier run, for builds.") { results };
        foreach (Option option in (Option[])[.. options.All, sarif, force, json])
            command.Add(option);
        command.SetAction(parsed =>
        {
            string[] named = TraceFiles.Named(parsed.GetValue(results), afterSeparator, command);
            if (named.Length != 1)
                throw new UsageException($"{(named.Length == 0 ? "no result" : "more than one result")} given: faultline check <report.json | profile | trace>");
            CostLimits limits = options.Read(parsed, error);
            using NewFile? log = parsed.GetValue(sarif) is { } path ? NewFile.Create(path, parsed.GetValue(force), "--sarif") : null;
            CostResult result = CostFiles.Open(named[0], error);
            IReadOnlyList<LimitCheck> checks = Check(result, limits);
            if (parsed.GetValue(json))
                NewFile.Put(null, output, stream => LimitJson.Write(result, checks, stream));
            else
                LimitText.Write(result, checks, output);
            BuildHost host = BuildHost.FromEnvironment();
            if (log != null)
                NewFile.Put(log, output, stream => Sarif.Write(result, checks, Version, host.Root, stream));
            host.Tell(result, checks, error);
            return checks.Any(check => check.IsBreached) ? ExitCodes.Breached : ExitCodes.Fine;
        });
        return command;
    }

    private static string Version => typeof(CheckVerb).Assembly.GetName().Version!.ToString(3);

    private static IReadOnlyList<LimitCheck> Check(CostResult result, CostLimits limits)
    {
        try
        {
            return LimitChecker.Check(result, limits);
        }
        catch (FormatException e)
        {
            throw new UsageException(e.Message);
        }
    }
}
