namespace Faultline.Reporting.Html;

/// <summary>A report as one HTML file. The same report gives the same bytes.</summary>
public static class HtmlReport
{
    /// <summary>Writes UTF-8.</summary>
    public static void Write(Report report, HtmlOptions options, Stream output)
    {
        string title = options.Title ?? PageWriter.ProgramOf(report.Program.Name);
        PageWriter.Write(PageParts.OfReport, title, HtmlData.Of(report, options, title), options.Confidential, output);
    }
}
