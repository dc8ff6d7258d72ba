using static Faultline.Reporting.Quantity;

namespace Faultline.Reporting;

/// <summary>What the program did wrong, each with the places in the source that took part.</summary>
internal static class FindingsSection
{
    public static void Write(Page page, Report report)
    {
        if (report.Findings.Count == 0 && report.FindingsNotKept == 0)
            return;
        page.Heading($"Findings: {Number((ulong)report.Findings.Count + report.FindingsNotKept)}", Ink.Red);
        int number = 0;
        foreach (Finding finding in report.Findings)
            Write(page, finding, ++number);
        if (report.FindingsNotKept > 0)
            page.Line($"  and {Number(report.FindingsNotKept)} more that there was no room to keep");
    }

    private static void Write(Page page, Finding finding, int number)
    {
        string lead = $"  {number}. ";
        string indent = new(' ', lead.Length);
        string rule = finding.RuleId == null ? "" : $" [{finding.RuleId}]";
        string times = finding.Occurrences > 1 ? $", {Number(finding.Occurrences)} times" : "";
        page.Hanging(lead, finding.Title + rule + times, Ink.Red);
        page.Paragraph(finding.Text, indent);
        int width = finding.Steps.Count == 0 ? 0 : finding.Steps.Max(s => s.Role.Length);
        foreach (FindingStep step in finding.Steps)
            page.Line($"{indent}  {step.Role.PadRight(width)}  {step.Site.Display}  {step.Site.Api}");
        page.Paragraph(finding.Consequence, indent);
    }
}
