using System.Globalization;

namespace Faultline.Reporting.Exports;

/// <summary>Stacks as comma-separated values (RFC 4180, UTF-8, line feeds): a header line, then a row a stack. The columns are those of <see cref="StackRow"/>.</summary>
public static class CsvExport
{
    private static readonly (string Name, Func<StackRow, object> Of)[] s_columns =
    [
        ("site", row => row.Site), ("assembly", row => row.Assembly), ("type", row => row.Type), ("method", row => row.Method), ("api", row => row.Api),
        ("file", row => row.File), ("line", row => row.Line), ("stack", row => row.Stack),
        ("requested_bytes", row => row.RequestedBytes), ("blocks", row => row.Blocks), ("resident_bytes", row => row.ResidentBytes), ("minor_faults", row => row.MinorFaults),
        ("temporary_bytes", row => row.TemporaryBytes), ("temporary_blocks", row => row.TemporaryBlocks), ("leaked_bytes", row => row.LeakedBytes),
        ("leaked_blocks", row => row.LeakedBlocks),
    ];

    public static void Write(StackPaths stacks, TextWriter writer)
    {
        writer.Write(string.Join(',', s_columns.Select(column => column.Name)) + "\n");
        foreach (StackRow row in StackRow.Of(stacks))
            writer.Write(string.Join(',', s_columns.Select(column => Field(column.Of(row)))) + "\n");
    }

    private static string Field(object value)
    {
        string text = Convert.ToString(value, CultureInfo.InvariantCulture)!;
        return text.AsSpan().ContainsAny("\",\r\n") ? $"\"{text.Replace("\"", "\"\"")}\"" : text;
    }
}
