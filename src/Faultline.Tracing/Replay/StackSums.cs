namespace Faultline.Tracing.Replay;

/// <summary>Sums and differences of counters, name by name.</summary>
internal static class StackSums
{
    public static StackCounters Of(in ReplayedSite site) => new()
    {
        Allocations = site.Counters.Allocations,
        RequestedBytes = site.Counters.RequestedBytes,
        Released = site.Counters.Released,
        ReleasedRequestedBytes = site.Counters.ReleasedRequestedBytes,
        Temporary = site.TemporaryBlocks,
        TemporaryBytes = site.TemporaryBytes,
        MinorFaults = site.Counters.MinorFaults,
        ResidentPages = site.Counters.ResidentPages,
    };

    public static StackCounters Plus(in StackCounters a, in StackCounters b) => new()
    {
        Allocations = a.Allocations + b.Allocations,
        RequestedBytes = a.RequestedBytes + b.RequestedBytes,
        Released = a.Released + b.Released,
        ReleasedRequestedBytes = a.ReleasedRequestedBytes + b.ReleasedRequestedBytes,
        Temporary = a.Temporary + b.Temporary,
        TemporaryBytes = a.TemporaryBytes + b.TemporaryBytes,
        MinorFaults = a.MinorFaults + b.MinorFaults,
        ResidentPages = a.ResidentPages + b.ResidentPages,
    };

    public static StackCounters Less(in StackCounters a, in StackCounters b) => new()
    {
        Allocations = a.Allocations - b.Allocations,
        RequestedBytes = a.RequestedBytes - b.RequestedBytes,
        Released = a.Released - b.Released,
        ReleasedRequestedBytes = a.ReleasedRequestedBytes - b.ReleasedRequestedBytes,
        Temporary = a.Temporary - b.Temporary,
        TemporaryBytes = a.TemporaryBytes - b.TemporaryBytes,
        MinorFaults = a.MinorFaults - b.MinorFaults,
        ResidentPages = a.ResidentPages - b.ResidentPages,
    };
}
