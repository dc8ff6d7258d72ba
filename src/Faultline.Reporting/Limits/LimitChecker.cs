using static Faultline.Reporting.Quantity;

namespace Faultline.Reporting;

/// <summary>Holds a run against its limits: a pure function, which every output of <c>faultline check</c> lays out.</summary>
public static class LimitChecker
{
    private const string FaultsRule = "FLT2001";
    private const string LeakRule = "FLT2002";
    private const string FragmentationRule = "FLT2003";
    private const string UseRule = "FLT1005";

    /// <summary>How many sites of a total are named.</summary>
    private const int NamedSites = 3;

    /// <summary>All checks, in a fixed order. Throws <see cref="FormatException"/> with one line where the run does not know what a limit is about.</summary>
    public static IReadOnlyList<LimitCheck> Check(CostResult result, CostLimits limits)
    {
        List<LimitCheck> checks = [];
        if (limits.Faults is { } faults)
            checks.Add(Faults("max-faults", result, faults, null));
        if (limits.LeakBytes is { } leak)
            checks.Add(Leak("max-leak", result, leak, null));
        if (limits.Fragmentation is { } share)
            checks.Add(Fragmentation("max-fragmentation", result, share, null));
        if (limits.SiteFaults is { } mostFaults)
            checks.AddRange(EachSite("max-site-faults", FaultsRule, DiffUnit.Faults, mostFaults,
                Worst(result, site => Known(site.MinorFaults, result, "page faults")).Select(site => SiteFaults(site, mostFaults))));
        if (limits.SiteLeakBytes is { } mostBytes)
            checks.AddRange(EachSite("max-site-leak", LeakRule, DiffUnit.Bytes, mostBytes,
                Worst(result, site => site.Amounts.LiveRequestedBytes).Select(site => SiteLeak("max-site-leak", site, mostBytes, null))));
        if (limits.Findings is { } findings)
            checks.AddRange(Findings(result, findings));
        if (limits.Baseline is { } baseline)
            checks.AddRange(Against(result, baseline, limits.Tolerance));
        return checks;
    }

    private static IEnumerable<LimitCheck> Against(CostResult result, CostResult baseline, double tolerance)
    {
        double factor = 1 + tolerance;
        // What one of the two runs does not know cannot be compared; a limit of its own on it says so.
        if (result.Totals.MinorFaults != null && baseline.Totals.MinorFaults is { } faults)
            yield return Faults("baseline-faults", result, faults * factor, faults);
        yield return Leak("baseline-leak", result, baseline.Totals.LiveRequestedBytes * factor, baseline.Totals.LiveRequestedBytes);
        if (result.Totals.Fragmentation != null && baseline.Totals.Fragmentation is { } share)
            yield return Fragmentation("baseline-fragmentation", result, share * factor, share);
        IEnumerable<LimitCheck> leaks = SiteMatching.Match(baseline, result).Where(pair => pair.After is { Amounts.LiveRequestedBytes: > 0 })
            .Select(pair => SiteLeak("baseline-site-leak", pair.After!, (pair.Before?.Amounts.LiveRequestedBytes ?? 0) * factor, pair.Before?.Amounts.LiveRequestedBytes ?? 0));
        foreach (LimitCheck check in EachSite("baseline-site-leak", LeakRule, DiffUnit.Bytes, 0, leaks))
            yield return check;
    }

    /// <summary>A limit that each site has: all that breach it, else the one that comes nearest, so that no limit goes without an answer.</summary>
    private static IEnumerable<LimitCheck> EachSite(string name, string rule, DiffUnit unit, double allowed, IEnumerable<LimitCheck> sites)
    {
        LimitCheck[] all = [.. sites];
        LimitCheck[] breaches = [.. all.Where(check => check.IsBreached)];
        return breaches.Length > 0 ? breaches
            : all.Length > 0 ? all[..1]
            : [new LimitCheck(name, rule, unit, 0, allowed, null, unit == DiffUnit.Bytes ? "no call left anything" : "no call took a page fault", [])];
    }

    private static LimitCheck SiteFaults(CostSite site, ulong allowed)
        => OfSite("max-site-faults", FaultsRule, DiffUnit.Faults, site, site.Amounts.MinorFaults, allowed, null, Count(site.Amounts.MinorFaults, "page fault"), Number(allowed));

    private static LimitCheck Faults(string name, CostResult result, double allowed, ulong? baseline)
    {
        ulong actual = Known(result.Totals.MinorFaults, result, "page faults");
        return new(name, FaultsRule, DiffUnit.Faults, actual, allowed, baseline,
            Sentence("page faults", actual, allowed, baseline, value => Number((ulong)value)),
            Shares(result, site => site.Amounts.MinorFaults, value => Count(value, "page fault")));
    }

    private static LimitCheck Leak(string name, CostResult result, double allowed, ulong? baseline)
        => new(name, LeakRule, DiffUnit.Bytes, result.Totals.LiveRequestedBytes, allowed, baseline,
            Sentence("bytes not freed at the end", result.Totals.LiveRequestedBytes, allowed, baseline, value => Bytes((ulong)value)),
            Shares(result, site => site.Amounts.LiveRequestedBytes, value => Bytes(value) + " not freed"));

    private static LimitCheck Fragmentation(string name, CostResult result, double allowed, double? baseline)
    {
        double actual = result.Totals.Fragmentation
            ?? throw new FormatException($"{result.Name} does not know its fragmentation: the run ended before the heap was looked at");
        return new(name, FragmentationRule, DiffUnit.Share, actual, allowed, baseline,
            Sentence("fragmentation of the heap", actual, allowed, baseline, Percent),
            Shares(result, site => site.PinnedPages ?? 0, value => Count(value, "page") + " pinned"));
    }

    private static LimitCheck SiteLeak(string name, CostSite site, double allowed, ulong? baseline)
        => OfSite(name, LeakRule, DiffUnit.Bytes, site, site.Amounts.LiveRequestedBytes, allowed, baseline,
            $"{Bytes(site.Amounts.LiveRequestedBytes)} in {Count(site.Amounts.LiveBlocks, "block")} not freed", Bytes((ulong)allowed));

    private static LimitCheck OfSite(string name, string rule, DiffUnit unit, CostSite site, double actual, double allowed, double? baseline, string has, string limit)
    {
        string source = baseline == null ? "the limit of one site is" : "the baseline allows";
        return new(name, rule, unit, actual, allowed, baseline, $"{site.Site.Display} ({site.Site.Api}): {has}, {source} {limit}", [new SiteShare(site.Site, site.Key, has)]);
    }

    private static IEnumerable<LimitCheck> Findings(CostResult result, ulong allowed)
    {
        IReadOnlyList<CostFinding> findings = result.Findings
            ?? throw new FormatException($"{result.Name} is a profile, which has no findings: check the report (run --json) or the trace");
        // Those without a rule are about the simulated machine, not about what the program did.
        CostFinding[] wrong = [.. findings.Where(finding => finding.RuleId != null)];
        if ((ulong)wrong.Length <= allowed)
            yield return new("max-findings", UseRule, DiffUnit.Findings, wrong.Length, allowed, null, Sentence("findings", wrong.Length, allowed, null, value => Number((ulong)value)), []);
        else
            foreach (CostFinding finding in wrong)
                yield return new("max-findings", finding.RuleId!, DiffUnit.Findings, wrong.Length, allowed, null, $"{finding.Title}: {finding.Text}",
                    finding.Site == null ? [] : [new SiteShare(finding.Site, null, finding.Title)]);
    }

    private static string Sentence(string what, double actual, double allowed, double? baseline, Func<double, string> show)
    {
        string limit = baseline is not { } before ? $"the limit is {show(allowed)}"
            : before == allowed ? $"the baseline has {show(before)}"
            : $"the baseline has {show(before)} and allows {show(allowed)}";
        string over = actual > allowed ? $", {show(actual - allowed)} too many" : "";
        return $"{what}: {show(actual)}, {limit}{over}";
    }

    private static IReadOnlyList<SiteShare> Shares(CostResult result, Func<CostSite, ulong> amount, Func<ulong, string> show)
        => [.. Worst(result, amount).Take(NamedSites).Select(site => new SiteShare(site.Site, site.Key, show(amount(site))))];

    private static IEnumerable<CostSite> Worst(CostResult result, Func<CostSite, ulong> amount)
        => result.Sites.Where(site => amount(site) > 0).OrderByDescending(amount).ThenBy(site => site.Site.Display, StringComparer.Ordinal);

    private static ulong Known(ulong? value, CostResult result, string what)
        => value ?? throw new FormatException($"{result.Name} does not know its {what}: the run ended before the pages were looked at");
}
