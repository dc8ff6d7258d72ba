using System.Text.Json;
using Faultline.Tracing.Session;

namespace Faultline.Reporting;

/// <summary>The totals and every site: what the text shows the top of, the JSON has all of.</summary>
internal static class JsonSites
{
    public static void Totals(Utf8JsonWriter json, Totals totals)
    {
        json.WriteStartObject("totals");
        json.WriteString("answer", totals.Answer);
        Amounts(json, totals.Sites, pagesKnown: totals.Process != null);
        if (totals.Process is { } process)
        {
            json.WriteStartObject("process");
            json.WriteNumber("minorFaults", process.MinorFaults);
            json.WriteNumber("majorFaults", process.MajorFaults);
            json.WriteNumber("allocatorFaults", process.AllocatorFaults);
            json.WriteNumber("unattributedFaults", process.UnattributedFaults);
            json.WriteNumber("residentPages", process.ResidentPages);
            json.WriteNumber("peakResidentPages", process.PeakResidentPages);
            json.WriteNumber("unbackedPages", process.UnbackedPages);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("process");
        }

        json.WriteEndObject();
    }

    public static void Sites(Utf8JsonWriter json, Report report)
    {
        json.WriteStartArray("sites");
        foreach (SiteReport site in report.Sites)
        {
            json.WriteStartObject();
            Names(json, site.Site);
            Amounts(json, site.Amounts, pagesKnown: report.Totals.Process != null);
            json.WriteNumber("peakLiveBytes", site.PeakLiveBytes);
            json.WriteStartArray("verdicts");
            foreach (string verdict in site.Verdicts)
                json.WriteStringValue(verdict);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("leaks");
        foreach (SiteReport leak in report.Leaks)
        {
            json.WriteStartObject();
            json.WriteNumber("site", leak.Site.Id);
            json.WriteString("display", leak.Site.Display);
            json.WriteNumber("liveBlocks", leak.Amounts.LiveBlocks);
            json.WriteNumber("liveRequestedBytes", leak.Amounts.LiveRequestedBytes);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>A site's identity, inside of an object.</summary>
    public static void Names(Utf8JsonWriter json, CallSite site)
    {
        json.WriteNumber("id", site.Id);
        json.WriteString("display", site.Display);
        json.WriteString("api", site.Api);
        json.WriteString("assembly", site.Assembly);
        json.WriteString("type", site.Type);
        json.WriteString("method", site.Method);
        json.WriteString("file", site.File);
        json.WriteNumber("line", site.Line);
    }

    /// <summary>A site's counters, inside of an object.</summary>
    public static void Amounts(Utf8JsonWriter json, in Amounts amounts, bool pagesKnown)
    {
        json.WriteNumber("calls", amounts.Calls);
        json.WriteNumber("blocks", amounts.Blocks);
        json.WriteNumber("requestedBytes", amounts.RequestedBytes);
        json.WriteNumber("usableBytes", amounts.UsableBytes);
        json.WriteNumber("brkBlocks", amounts.HeapBlocks);
        json.WriteNumber("mmapBlocks", amounts.MappedBlocks);
        json.WriteNumber("failures", amounts.Failures);
        json.WriteNumber("moves", amounts.Moves);
        json.WriteNumber("liveBlocks", amounts.LiveBlocks);
        json.WriteNumber("liveRequestedBytes", amounts.LiveRequestedBytes);
        json.WriteNumber("liveUsableBytes", amounts.LiveUsableBytes);
        if (pagesKnown)
        {
            json.WriteNumber("minorFaults", amounts.MinorFaults);
            json.WriteNumber("residentPages", amounts.ResidentPages);
        }
        else
        {
            json.WriteNull("minorFaults");
            json.WriteNull("residentPages");
        }
    }
}
