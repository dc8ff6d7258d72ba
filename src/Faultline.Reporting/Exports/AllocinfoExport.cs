using Faultline.Tracing.Session;

namespace Faultline.Reporting.Exports;

/// <summary>
/// Live memory by call site in the form of /proc/allocinfo (lib/alloc_tag.c of Linux 6.10 and later): bytes and allocations that are live, then
/// file:line [module] func:function. Sites without live blocks are in it with zeros, as the kernel's are.
/// </summary>
public static class AllocinfoExport
{
    public static void Write(IEnumerable<SiteReport> sites, TextWriter writer)
    {
        writer.Write("allocinfo - version: 1.0\n#     <size>  <calls> <tag info>\n");
        foreach (SiteReport site in sites.Where(site => site.Amounts.Blocks > 0).OrderBy(site => site.Site.Id))
            writer.Write(FormattableString.Invariant($"{site.Amounts.LiveRequestedBytes,12} {site.Amounts.LiveBlocks,8} {TagOf(site.Site)} \n"));
    }

    private static string TagOf(CallSite site)
    {
        string module = site.Assembly.Length == 0 ? "" : $" [{Word(site.Assembly)}]";
        return $"{Word(site.File ?? "(unknown)")}:{site.Line}{module} func:{Word(site.IsUnknown ? site.Display : site.ShortType.Length == 0 ? site.Method : $"{site.ShortType}.{site.Method}")}";
    }

    /// <summary>Columns are separated by blanks.</summary>
    private static string Word(string text) => string.Concat(text.Select(c => char.IsWhiteSpace(c) || char.IsControl(c) ? '_' : c));
}
