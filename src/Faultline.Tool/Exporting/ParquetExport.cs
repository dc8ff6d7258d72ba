using Faultline.Reporting;
using Faultline.Reporting.Exports;
using Parquet;
using Parquet.Schema;

namespace Faultline.Tool.Exporting;

/// <summary>Stacks as one row group of a Parquet file; columns and names are those of the CSV.</summary>
internal static class ParquetExport
{
    private sealed record Column(DataField Field, Func<ParquetRowGroupWriter, DataField, Task> Write);

    public static void Write(StackPaths stacks, Stream stream)
    {
        StackRow[] rows = [.. StackRow.Of(stacks)];
        WriteAsync(
            [
                Number("site", rows, row => row.Site), Text("assembly", rows, row => row.Assembly), Text("type", rows, row => row.Type), Text("method", rows, row => row.Method),
                Text("api", rows, row => row.Api), Text("file", rows, row => row.File), Number("line", rows, row => row.Line), Text("stack", rows, row => row.Stack),
                Number("requested_bytes", rows, row => row.RequestedBytes), Number("blocks", rows, row => row.Blocks), Number("resident_bytes", rows, row => row.ResidentBytes),
                Number("minor_faults", rows, row => row.MinorFaults), Number("temporary_bytes", rows, row => row.TemporaryBytes),
                Number("temporary_blocks", rows, row => row.TemporaryBlocks), Number("leaked_bytes", rows, row => row.LeakedBytes), Number("leaked_blocks", rows, row => row.LeakedBlocks),
            ],
            stream).GetAwaiter().GetResult();
    }

    private static async Task WriteAsync(Column[] columns, Stream stream)
    {
        ParquetSchema schema = new(columns.Select(column => column.Field));
        await using ParquetWriter writer = await ParquetWriter.CreateAsync(schema, stream);
        using ParquetRowGroupWriter group = writer.CreateRowGroup();
        foreach (Column column in columns)
            await column.Write(group, column.Field);
    }

    private static Column Number<T>(string name, StackRow[] rows, Func<StackRow, T> of)
        where T : struct
        => new(new DataField<T>(name), (group, field) => group.WriteAsync<T>(field, rows.Select(of).ToArray().AsMemory()));

    private static Column Text(string name, StackRow[] rows, Func<StackRow, string> of)
        => new(new DataField<string>(name), (group, field) => group.WriteAsync(field, rows.Select(of).ToArray()));
}
