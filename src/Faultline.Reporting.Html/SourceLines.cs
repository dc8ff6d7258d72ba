using Faultline.Tracing.Session;

namespace Faultline.Reporting.Html;

/// <summary>The lines of source around a call site, as the file is now on this machine.</summary>
internal static class SourceLines
{
    private const int Around = 3;
    private const int LongestLine = 200;
    private const long LargestFile = 4 << 20;

    // A trace may name any file: only what is source is shown.
    private static readonly string[] s_extensions = [".cs", ".fs", ".vb", ".razor", ".c", ".cc", ".cpp", ".h", ".hpp"];

    /// <summary>The first line's number and the lines; null where the file is not there or has no such line.</summary>
    public static (int First, string[] Lines)? Of(CallSite site)
    {
        if (site.File == null || site.Line < 1 || !Path.IsPathFullyQualified(site.File) || !s_extensions.Contains(Path.GetExtension(site.File)))
            return null;
        try
        {
            FileInfo file = new(site.File);
            if (!file.Exists || file.Length > LargestFile)
                return null;
            int first = Math.Max(1, site.Line - Around);
            string[] lines = [.. File.ReadLines(site.File).Skip(first - 1).Take(site.Line + Around - first + 1).Select(Clip)];
            return first + lines.Length > site.Line ? (first, lines) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string Clip(string line) => line.Length <= LongestLine ? line : line[..LongestLine] + " …";
}
