using System.Text;
using Faultline.Reporting;
using Faultline.Tracing.Session;

namespace Faultline.Testing.Judging;

/// <summary>The call sites of a message, one a line, the worst first.</summary>
internal static class SiteLines
{
    private const int Most = 10;

    /// <summary>Each line is "  File.cs:12 Type.Method, API: " and what <paramref name="say"/> says.</summary>
    public static string Write(IReadOnlyList<FlowSite> sites, Func<FlowSite, string> say)
    {
        StringBuilder text = new();
        foreach (FlowSite site in sites.Take(Most))
            text.Append("\n  ").Append(Place(site.Site)).Append(": ").Append(say(site));
        if (sites.Count > Most)
            text.Append($"\n  and {Number(sites.Count - Most, "more call site")}");
        return text.ToString();
    }

    /// <summary>"4 KiB (4,096 bytes)".</summary>
    public static string Bytes(long bytes)
        => bytes < 1024 ? Number(bytes, "byte") : $"{Quantity.Bytes((ulong)bytes)} ({Quantity.Number((ulong)bytes)} bytes)";

    public static string Number(long number, string one) => Quantity.Count((ulong)Math.Max(0, number), one);

    public static string Plain(long number) => Quantity.Number((ulong)Math.Max(0, number));

    private static string Place(CallSite site)
    {
        if (site.IsUnknown || site.File == null)
            return site.IsUnknown ? site.Display : $"{site.Display}, {site.Api}";
        string display = site.Display;
        string member = site.Type.Length == 0 ? site.Method : $"{site.ShortType}.{site.Method}";
        return $"{display[..^site.Method.Length]}{member}, {site.Api}";
    }
}
