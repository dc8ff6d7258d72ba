using Faultline.Tracing.Session;

namespace Faultline.Reporting.Exports;

/// <summary>
/// One stack as a row of a table, for notebooks. <paramref name="Stack"/> has the frames outermost first, separated by ";". Amounts are whole numbers unless
/// stacks were sampled. What the allocator itself took has site 0 and no place.
/// </summary>
public sealed record StackRow(
    int Site,
    string Assembly,
    string Type,
    string Method,
    string Api,
    string File,
    int Line,
    string Stack,
    double RequestedBytes,
    double Blocks,
    double ResidentBytes,
    double MinorFaults,
    double TemporaryBytes,
    double TemporaryBlocks,
    double LeakedBytes,
    double LeakedBlocks)
{
    public static IEnumerable<StackRow> Of(StackPaths stacks) => stacks.Paths.Select(Of);

    private static StackRow Of(StackPath path)
    {
        CallSite site = path.Site ?? CallSite.Unknown(0);
        StackAmounts amounts = path.Amounts;
        return new(
            site.Id, site.Assembly, site.Type, site.Method, site.Api, site.File ?? "", site.Line, string.Join(';', path.Frames.Select(frame => frame.Display.Replace(';', ','))),
            amounts.RequestedBytes, amounts.Blocks, amounts.ResidentBytes, amounts.MinorFaults, amounts.TemporaryBytes, amounts.TemporaryBlocks, amounts.LeakedBytes, amounts.LeakedBlocks);
    }
}
