using System.Text.RegularExpressions;

namespace Faultline.Reporting.Html;

/// <summary>Two runs beside each other as one HTML file. The same two give the same bytes.</summary>
public static class HtmlComparison
{
    /// <summary>Writes UTF-8.</summary>
    /// <param name="diff">The two runs and their differences.</param>
    /// <param name="title">Heading of the page; null: the program's name, and that it is a comparison.</param>
    /// <param name="confidential">Names in which it matches are replaced everywhere; null: none.</param>
    /// <param name="output">Stays open.</param>
    public static void Write(CostDiff diff, string? title, Regex? confidential, Stream output)
    {
        title ??= $"{PageWriter.ProgramOf(diff.After.Program)}: before and after";
        PageWriter.Write(PageParts.OfComparison, title, ComparisonData.Of(diff, title), confidential, output);
    }
}
