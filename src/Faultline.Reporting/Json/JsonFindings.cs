using System.Text.Json;
using static Faultline.Reporting.Quantity;

namespace Faultline.Reporting;

/// <summary>What the program did wrong. Addresses are strings: a JSON number does not hold 64 bits everywhere.</summary>
internal static class JsonFindings
{
    public static void Write(Utf8JsonWriter json, Report report)
    {
        json.WriteStartArray("findings");
        foreach (Finding finding in report.Findings)
            Write(json, finding);
        json.WriteEndArray();
        json.WriteNumber("findingsNotKept", report.FindingsNotKept);
    }

    private static void Write(Utf8JsonWriter json, Finding finding)
    {
        json.WriteStartObject();
        json.WriteString("kind", JsonNamingPolicy.CamelCase.ConvertName(finding.Kind.ToString()));
        json.WriteString("title", finding.Title);
        json.WriteString("ruleId", finding.RuleId);
        json.WriteNumber("occurrences", finding.Occurrences);
        json.WriteString("text", finding.Text);
        json.WriteString("consequence", finding.Consequence);
        json.WriteString("address", Address(finding.Address));
        json.WriteString("blockAddress", finding.BlockAddress == 0 ? null : Address(finding.BlockAddress));
        json.WriteNumber("blockBytes", finding.BlockBytes);
        json.WriteNumber("amount", finding.Amount);
        json.WriteStartArray("steps");
        foreach (FindingStep step in finding.Steps)
        {
            json.WriteStartObject();
            json.WriteString("role", step.Role);
            JsonSites.Names(json, step.Site);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
