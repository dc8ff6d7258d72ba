namespace Faultline.Reporting.Exports;

/// <summary>What a profile of stacks can be of. <paramref name="IsBytes"/>: bytes; else a plain number.</summary>
public sealed record ExportMetric(string Name, bool IsBytes, string Meaning, Func<StackAmounts, double> Of)
{
    /// <summary>In the order in which exports hold them.</summary>
    public static readonly IReadOnlyList<ExportMetric> All =
    [
        new("requested", true, "bytes asked for", amounts => amounts.RequestedBytes),
        new("blocks", false, "blocks handed out", amounts => amounts.Blocks),
        new("resident", true, "bytes of pages resident at the end (simulated)", amounts => amounts.ResidentBytes),
        new("faults", false, "minor page faults (simulated)", amounts => amounts.MinorFaults),
        new("temporary", true, "bytes freed by their thread before it allocated again", amounts => amounts.TemporaryBytes),
        new("leaked", true, "bytes not given back at the end", amounts => amounts.LeakedBytes),
    ];

    public static ExportMetric? Find(string name) => All.FirstOrDefault(metric => metric.Name == name);

    /// <summary>The whole number nearest to a stack's value: estimates from samples have fractions.</summary>
    public long WholeOf(in StackAmounts amounts) => (long)Math.Round(Of(amounts));
}
