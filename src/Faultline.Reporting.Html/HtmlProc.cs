using static Faultline.Reporting.Quantity;

namespace Faultline.Reporting.Html;

/// <summary>The simulated /proc as data. Long files are cut at a line's end, and the page says how to see the rest.</summary>
internal static class HtmlProc
{
    private const int LongestFile = 24 << 10;

    public static IEnumerable<object> Files(Report report)
    {
        foreach (ProcFile file in report.Pictures?.Proc ?? [])
        {
            string text = file.Text;
            string? rest = null;
            if (text.Length > LongestFile)
            {
                int end = text.LastIndexOf('\n', LongestFile) + 1;
                text = text[..end];
                rest = $"{Number((ulong)file.Text.AsSpan(end).Count('\n'))} more lines: faultline proc {Path.GetFileName(report.Replay?.Trace ?? "TRACE")} {file.Path}";
            }

            yield return new { file.Path, Text = text, Rest = rest };
        }
    }
}
