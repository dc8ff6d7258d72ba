using Faultline.Tracing.Inspection;
using Faultline.Tracing.Session;

namespace Faultline.Reporting;

/// <summary>Chooses the sites to change first: of what each could save, the largest share of the program's whole decides.</summary>
internal static class AdviceBuilder
{
    private const int Most = 3;

    /// <summary>Less than this share of the whole is not worth a place.</summary>
    public const double Worthwhile = 0.01;

    public static IReadOnlyList<Advice> Build(IReadOnlyList<SiteReport> sites, ProcessTotals? process, Pictures? pictures)
    {
        if (process == null)
            return [];
        AdviceContext context = new(process, pictures);
        return [.. sites
            .Select(site => Best(site, context))
            .OfType<Advice>()
            .OrderByDescending(advice => advice.Weight)
            .ThenBy(advice => advice.Site.Id)
            .Take(Most)];
    }

    /// <summary>One word a site: the one that saves most.</summary>
    private static Advice? Best(SiteReport site, AdviceContext context)
    {
        if (site.Site.IsUnknown)
            return null;
        Advice?[] all = [SiteAdvice.Pins(site, context), SiteAdvice.Hoist(site, context), SiteAdvice.Refaults(site, context), SiteAdvice.Leak(site, context), SiteAdvice.Untouched(site, context), SiteAdvice.Temporary(site, context)];
        return all.OfType<Advice>().Where(advice => advice.Weight >= Worthwhile).MaxBy(advice => advice.Weight);
    }
}

/// <summary>The wholes that savings are shares of, and what the replay's pictures know of a site.</summary>
internal sealed class AdviceContext(ProcessTotals process, Pictures? pictures)
{
    public ulong PeakBytes => process.PeakResidentPages * 4096;

    public double OfFaults(ulong faults) => Quantity.Share(faults, process.MinorFaults);

    public double OfResident(ulong bytes) => Quantity.Share(bytes, PeakBytes);

    public SiteHistory? HistoryOf(int site) => pictures?.Histories.GetValueOrDefault(site);

    public ulong TemporaryOf(int site) => pictures?.TemporaryBlocks.GetValueOrDefault(site) ?? 0;

    /// <summary>Where it pins more: at the peak, or at the end.</summary>
    public (PinnedPages Pinned, bool AtPeak) PinnedBy(int site)
    {
        PinnedPages peak = pictures?.AtPeak?.Pinned.GetValueOrDefault(site) ?? default, end = pictures?.AtEnd?.Pinned.GetValueOrDefault(site) ?? default;
        return peak.Pages >= end.Pages ? (peak, true) : (end, false);
    }
}
