using Faultline.Reporting;
using Faultline.Tool.Verbs;
using Faultline.Tracing.Text;
using Faultline.Tracing.WhatIf;

namespace Faultline.Tool.Verifying;

/// <summary>The rows of a comparison, each run in a fresh process of this machine's C library under the row's own settings.</summary>
internal static class RealSettings
{
    /// <summary>Throws <see cref="UsageException"/> for settings that a process's environment cannot make, and for what no process shows.</summary>
    public static void Require(IEnumerable<Variation> variations, Criterion bestBy)
    {
        HostFacts.Require("whatif --real");
        if (variations.FirstOrDefault(v => v.Setting.Read == null) is { } machine)
            throw new UsageException($"--real runs programs under malloc's settings only: leave --vary {machine.Setting.Name} out");
        if (bestBy is not (Criterion.Rss or Criterion.End or Criterion.Faults))
            throw new UsageException($"--real measures rss, end and faults: there is nothing real beside --best-by {bestBy.Word()}");
    }

    /// <summary>In the order of the rows. Throws <see cref="UsageException"/> where a row cannot be run.</summary>
    public static RealComparison Run(string path, WhatIfResult result)
    {
        TextTrace trace = TraceFiles.IsText(result.Baseline.Trace)
            ? TraceFiles.Read(path) : throw new UsageException($"--real needs a text trace, which tells every touch; {path} is a {result.Baseline.Trace.Source} trace");
        string compiler = Compiler.Find() ?? throw new UsageException("--real needs a C compiler (cc or gcc) on PATH; on Debian: apt-get install gcc libc6-dev");
        using RealReplay real = new(compiler);
        try
        {
            HostProfile host = HostProfile.Read();
            return new RealComparison($"{host.Libc}, {host.Kernel}", [.. result.Rows.Select(row => real.Measure(trace, row.Tunables))], host.Mismatches);
        }
        catch (ReplayFailedException e)
        {
            throw new UsageException($"--real: {path} cannot be replayed on the real library: {e.Message}");
        }
    }
}
