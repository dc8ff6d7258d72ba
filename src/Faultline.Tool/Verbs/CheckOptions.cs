using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Faultline.Reporting;
using Faultline.Tool.Running;
using Faultline.Tracing.Text;

namespace Faultline.Tool.Verbs;

/// <summary>The limits of <c>faultline check</c>.</summary>
internal sealed class CheckOptions
{
    private readonly Option<ulong?> _faults = Count("--max-faults", "Most page faults (minor) of the whole run.");
    private readonly Option<ulong?> _leak = Size("--max-leak", "Most bytes of blocks that are not freed at the end.");
    private readonly Option<double?> _fragmentation = Share("--max-fragmentation", "Largest share of the heap that is free and cannot be given back, at the end.");
    private readonly Option<ulong?> _siteFaults = Count("--max-site-faults", "Most page faults of one call.");
    private readonly Option<ulong?> _siteLeak = Size("--max-site-leak", "Most bytes that one call's blocks leave.");
    private readonly Option<ulong?> _findings = Count("--max-findings", "Most wrong uses of native memory (reports and traces alone have them).");

    private readonly Option<string?> _baseline = new("--baseline")
    {
        Description = "An earlier result: none of faults, leak, fragmentation and a call's leak may be more than there.",
        HelpName = "file",
    };

    private readonly Option<double?> _tolerance = Share("--tolerance", "How much more than the baseline is allowed. [default: 0%]");

    public IEnumerable<Option> All => [_faults, _leak, _fragmentation, _siteFaults, _siteLeak, _findings, _baseline, _tolerance];

    /// <summary>Throws <see cref="UsageException"/> where there is nothing to check.</summary>
    public CostLimits Read(ParseResult parsed, TextWriter error)
    {
        string? baseline = parsed.GetValue(_baseline);
        if (baseline == null && parsed.GetValue(_tolerance) != null)
            throw new UsageException("--tolerance is for a baseline: give --baseline with it");
        CostLimits limits = new()
        {
            Faults = parsed.GetValue(_faults),
            LeakBytes = parsed.GetValue(_leak),
            Fragmentation = parsed.GetValue(_fragmentation),
            SiteFaults = parsed.GetValue(_siteFaults),
            SiteLeakBytes = parsed.GetValue(_siteLeak),
            Findings = parsed.GetValue(_findings),
            Tolerance = parsed.GetValue(_tolerance) ?? 0,
        };
        if (baseline == null && limits == new CostLimits())
            throw new UsageException("nothing to check: give at least one limit, such as --max-leak 1KB or --baseline old.json");
        return limits with { Baseline = baseline == null ? null : CostFiles.Open(baseline, error) };
    }

    private static Option<ulong?> Count(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "n",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number))
                return number;
            result.AddError($"{name} {text} is not a number: give 0 or more");
            return null;
        },
    };

    private static Option<ulong?> Size(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "size",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (Quantity.Size(text) is { } bytes)
                return bytes;
            result.AddError($"{name} {text} is not a size: give a number with B, K, M, G, T or P, such as 1KB or 24MiB");
            return null;
        },
    };

    private static Option<double?> Share(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "percent",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            bool isNumber = double.TryParse(text.EndsWith('%') ? text[..^1] : text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double percent);
            if (isNumber && percent <= 100)
                return percent / 100;
            result.AddError($"{name} {text} is not a share: give 0% to 100%");
            return null;
        },
    };
}
