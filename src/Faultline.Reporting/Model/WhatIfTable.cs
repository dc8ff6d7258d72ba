namespace Faultline.Reporting;

/// <summary>A comparison of settings that <c>whatif --json</c> wrote: a row for each combination; the first is the trace's own settings.</summary>
public sealed record WhatIfTable(string Trace, string BestBy, string? ToSet, IReadOnlyList<WhatIfTableRow> Rows);

/// <summary>Sizes are bytes, fragmentation a share of 1, <paramref name="KernelNanoseconds"/> an estimate.</summary>
public sealed record WhatIfTableRow(
    string Settings, bool IsBaseline, bool IsBest, ulong PeakRss, ulong EndRss, ulong MinorFaults, ulong SystemCalls, double Fragmentation, double KernelNanoseconds);
