using Faultline.Reporting;
using Faultline.Tracing.Session;
using Faultline.Weaver;

namespace Faultline.Tool.Running;

/// <summary>From the weaver's records to the report's: neither project may know the other.</summary>
internal static class RoutingConversion
{
    public static SiteTable Sites(IEnumerable<WovenSite> sites)
        => new(sites.Select(s => new CallSite(s.Id, s.Assembly, s.Type, s.Method, s.Api, s.File, s.Line)));

    public static RoutingFacts Facts(RoutingSummary summary) => new(
        summary.Shape.ToString(),
        [.. summary.Routed.Select(a => new Reporting.RoutedAssembly(a.Name, a.Sites, a.HasSymbols))],
        [.. summary.NotRouted.Select(a => new Reporting.UnroutedAssembly(a.Name, a.Reason))],
        [.. summary.UnroutedCalls.Select(c => new Reporting.UnroutedCall(c.Api, c.Place, c.Reason))],
        summary.WithoutCalls,
        summary.Notes);
}
