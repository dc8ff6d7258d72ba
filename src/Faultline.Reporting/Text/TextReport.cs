namespace Faultline.Reporting;

/// <summary>
/// Writes a report for people. It leads with the answer; every number has its unit; what a word means is in the footnotes.
/// Nothing here computes: all figures and sentences are the model's.
/// </summary>
public static class TextReport
{
    public static void Write(Report report, TextWriter writer, TextOptions options)
    {
        if (options.Top < 1)
            throw new ArgumentOutOfRangeException(nameof(options), options.Top, "at least one site must be shown");
        Page page = new(writer, options);
        HeaderSection.Write(page, report);
        page.Line();
        page.Paragraph(report.Totals.Answer);
        if (report.Data.HasCounters)
        {
            SitesSection.Write(page, report, options.Top);
            LeaksSection.Write(page, report, options.Top);
            FindingsSection.Write(page, report);
            if (report.Totals.Sites.Blocks > 0)
                FragmentationSection.Write(page, report);
            ProcessSection.Write(page, report);
            FootnotesSection.Write(page, report);
        }

        page.Line();
        page.Hanging("Next: ", report.Next);
    }
}
