using System.CommandLine;
using System.CommandLine.Parsing;
using Faultline.Reporting;
using Faultline.Tracing.WhatIf;

namespace Faultline.Tool.Verbs;

/// <summary>What <c>faultline whatif</c> was asked for. RealRun is the command line to run under each row's settings, null without --real-run.</summary>
internal sealed record WhatIfRequest(
    IReadOnlyList<Variation> Variations, Criterion BestBy, int Jobs, bool Real, IReadOnlyList<string>? RealRun, int Repeats, bool Json, string? Output, bool Force);

/// <summary>The options of <c>faultline whatif</c> that are not those of <c>replay</c>.</summary>
internal sealed class WhatIfVerbOptions
{
    /// <summary>Each replay of ten million events takes seconds: more rows than this are a mistake more often than a wish.</summary>
    private const int DefaultMostCombinations = 256;

    /// <summary>A replay reserves some TiB of address space, of which a process has 128.</summary>
    private const int MostJobs = 32;

    private readonly Option<string[]> _vary = new("--vary")
    {
        Description = "A setting and its values, separated by commas; may be given for several settings: all combinations are replayed.",
        HelpName = "name=value,value…",
    };

    private readonly Option<string> _bestBy = new("--best-by")
    {
        Description = "What the best row is chosen by; rows within 1 % are equal, then kernel time decides (for time: rss).",
        HelpName = string.Join('|', Ranking.All.Select(c => c.Word())),
        DefaultValueFactory = _ => Criterion.Rss.Word(),
        CustomParser = result => RunOptions.ParseChoice(result, [.. Ranking.All.Select(c => c.Word())]),
    };

    private readonly Option<int?> _jobs = new("--jobs", "-j")
    {
        Description = "Replays at the same time. [default: the processors]",
        HelpName = "n",
        CustomParser = result => RunOptions.ParseNumber(result, MostJobs),
    };

    private readonly Option<int> _most = new("--max-combinations")
    {
        Description = "Refuse to replay more combinations than this.",
        HelpName = "n",
        DefaultValueFactory = _ => DefaultMostCombinations,
        CustomParser = result => RunOptions.ParseNumber(result, int.MaxValue),
    };

    private readonly Option<bool> _real = new("--real")
    {
        Description = "Also run each row in a real process of this machine's C library (text traces; needs a C compiler) and say whether the best row is the same.",
    };

    private readonly Option<bool> _realRun = new("--real-run")
    {
        Description = "Also run the program itself, unrouted, under each row's settings, and say whether the best row is the same; its command line stands behind --.",
    };

    private readonly Option<int> _repeats = new("--repeats")
    {
        Description = "Runs for each row under --real-run; what lies between them is noise.",
        HelpName = "n",
        DefaultValueFactory = _ => 3,
        CustomParser = result => RunOptions.ParseNumber(result, 1000),
    };

    private readonly Option<bool> _json = new("--json") { Description = "The comparison in the machine's form." };
    private readonly Option<string?> _output = new("--output", "-o") { Description = "Write to this file, not to standard output.", HelpName = "file" };
    private readonly Option<bool> _force = new("--force", "-f") { Description = "Overwrite the --output file." };

    public IEnumerable<Option> All => [_vary, _bestBy, _real, _realRun, _repeats, _jobs, _most, _json, _output, _force];

    /// <summary>Words behind -- are the program's command line, not traces.</summary>
    public bool RunsProgram(ParseResult parsed) => parsed.GetValue(_realRun);

    /// <summary>Throws <see cref="UsageException"/> for settings and values that do not exist, and for too many combinations.</summary>
    public WhatIfRequest Read(ParseResult parsed, string[] afterSeparator)
    {
        IReadOnlyList<Variation> variations = Variations.Read(parsed.GetValue(_vary) ?? []);
        ulong count = WhatIfPlan.Count(variations);
        if (count > (ulong)parsed.GetValue(_most))
            throw new UsageException($"{count} combinations are more than --max-combinations {parsed.GetValue(_most)}: vary fewer values, or raise it");
        return new WhatIfRequest(
            variations,
            Ranking.All.Single(c => c.Word() == parsed.GetValue(_bestBy)),
            parsed.GetValue(_jobs) ?? Math.Min(Environment.ProcessorCount, MostJobs),
            parsed.GetValue(_real),
            RunsProgram(parsed) ? afterSeparator : null,
            parsed.GetValue(_repeats),
            parsed.GetValue(_json),
            parsed.GetValue(_output),
            parsed.GetValue(_force));
    }
}
