using Faultline.Reporting;
using Faultline.Tool.Verbs;
using Faultline.Tracing.Text;
using Faultline.Tracing.WhatIf;

namespace Faultline.Tool.Verifying;

/// <summary>The rows of a comparison, each run in fresh processes of this machine's C library under the row's own settings.</summary>
internal static class RealSettings
{
    /// <summary>Throws <see cref="UsageException"/> for settings that a process's environment cannot make, and for what no process shows.</summary>
    public static void Require(WhatIfRequest request)
    {
        string option = request.RealRun != null ? "--real-run" : "--real";
        HostFacts.Require($"whatif {option}");
        if (request.Real && request.RealRun != null)
            throw new UsageException("--real replays a text trace and --real-run runs the program itself: give one of them");
        if (request.RealRun is [])
            throw new UsageException("--real-run needs the program's command line at the end: -- dotnet app.dll arguments");
        if (request.Variations.FirstOrDefault(v => v.Setting.Read == null) is { } machine)
            throw new UsageException($"{option} runs programs under malloc's settings only: leave --vary {machine.Setting.Name} out");
        if (request.BestBy is not (Criterion.Rss or Criterion.End or Criterion.Faults))
            throw new UsageException($"{option} measures rss, end and faults: there is nothing real beside --best-by {request.BestBy.Word()}");
    }

    /// <summary>A text trace on the real library, in the order of the rows. Throws <see cref="UsageException"/> where a row cannot be run.</summary>
    public static RealComparison Replay(string path, WhatIfResult result)
    {
        TextTrace trace = TraceFiles.IsText(result.Baseline.Trace)
            ? TraceFiles.Read(path) : throw new UsageException($"--real needs a text trace, which tells every touch; {path} is a {result.Baseline.Trace.Source} trace (to run the program itself: --real-run)");
        string compiler = Compiler.Find() ?? throw new UsageException("--real needs a C compiler (cc or gcc) on PATH; on Debian: apt-get install gcc libc6-dev");
        using RealReplay real = new(compiler);
        try
        {
            // A replay is the same each time.
            return Compare(result, [[.. result.Rows.Select(row => real.Measure(trace, row.Tunables))]]);
        }
        catch (ReplayFailedException e)
        {
            throw new UsageException($"--real: {path} cannot be replayed on the real library: {e.Message}");
        }
    }

    /// <summary>The program itself, all rows several times in turn: what drifts on the machine drifts for all of them.</summary>
    public static RealComparison Run(IReadOnlyList<string> command, int repeats, WhatIfResult result, Action<ulong, bool> ran)
    {
        using RealProgram program = new(command);
        RealFigures Measure(WhatIfRow row)
        {
            RealFigures figures = program.Measure(row.Tunables);
            ran(0, true);
            return figures;
        }

        RealFigures[][] rounds = [.. Enumerable.Range(0, repeats).Select(_ => result.Rows.Select(Measure).ToArray())];
        return Compare(result, rounds) with { Program = string.Join(' ', command) };
    }

    private static RealComparison Compare(WhatIfResult result, RealFigures[][] rounds)
    {
        HostProfile host = HostProfile.Read(result.Baseline.Libc, modelledCpus: result.Baseline.Machine.Cpus);
        IEnumerable<RealRow> rows = Enumerable.Range(0, result.Rows.Count).Select(row => new RealRow([.. rounds.Select(round => round[row])]));
        return new RealComparison($"{host.Libc}, {host.Kernel}", [.. rows], host.Mismatches);
    }
}
