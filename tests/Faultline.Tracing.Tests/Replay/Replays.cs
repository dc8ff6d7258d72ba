using Faultline.TestSupport;
using Faultline.Tracing.Events;
using Faultline.Tracing.Importers;
using Faultline.Tracing.Replay;
using Faultline.Tracing.Stacks;

namespace Faultline.Tracing.Tests.Replay;

/// <summary>Replays, each held against the rule that sites and allocator together pay for all of the process's faults.</summary>
internal static class Replays
{
    /// <summary>The memory that transcripts have.</summary>
    public static readonly ReplayOptions Default = new() { RamBytes = 64UL << 30 };

    public static ReplayResult Committed(string name, ReplayOptions? options = null)
        => Run(TraceImport.Open(Repository.Path("tests", "Faultline.Tracing.Tests", "Traces", name + ".trace.gz")), options);

    public static ReplayResult Run(ITraceSource source, ReplayOptions? options = null)
    {
        using (source)
        {
            ReplayResult result = TraceReplay.Run(source, options ?? Default);
            CheckSums(result);
            return result;
        }
    }

    /// <summary>A text trace by its lines.</summary>
    public static ReplayResult OfText(string text, ReplayOptions options)
        => Run(TraceImport.Open(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)), "text"), options);

    public static ReplayResult Events(TraceMetadata metadata, params TraceEvent[] events) => Run(new Listed(metadata, events));

    public static ReplayResult Events(TraceMetadata metadata, ReplayOptions options, params TraceEvent[] events) => Run(new Listed(metadata, events), options);

    public static ReplayResult Events(TraceMetadata metadata, StackTable stacks, params TraceEvent[] events) => Run(new Listed(metadata, events, stacks));

    public static ITraceSource Source(TraceMetadata metadata, params TraceEvent[] events) => new Listed(metadata, events);

    public static Tracing.Session.SiteCounters SiteOf(ReplayResult result, int id) => result.Sites.Single(site => site.Id == id).Counters;

    private static void CheckSums(ReplayResult result)
    {
        ulong faults = result.Snapshot.AllocatorFaults, resident = 0, live = 0;
        foreach (ReplayedSite site in result.Sites)
        {
            faults += site.Counters.MinorFaults;
            resident += site.Counters.ResidentPages;
            live += site.Counters.Allocations - site.Counters.Released;
            Assert.True(site.Counters.Allocations >= site.Counters.Released);
            Assert.True(site.Counters.Allocations >= site.Counters.MappedAllocations);
        }

        CheckStacks(result);
        Assert.Equal(result.Snapshot.MinorFaults, faults);
        Assert.Equal(result.Snapshot.LiveBlocks, live);
        Assert.InRange(resident, 0UL, result.Snapshot.ResidentPages);
        Assert.InRange(result.Snapshot.ResidentPages, 0UL, result.Snapshot.PeakResidentPages);
        Assert.InRange(result.Snapshot.StrandedPages, 0UL, result.Snapshot.HeapResidentPages);
    }

    /// <summary>Without sampling the stacks' sums are the sites'.</summary>
    private static void CheckStacks(ReplayResult result)
    {
        if (result.Trace.Stacks.Kind == StackKind.Sample)
            return;
        Assert.All(result.Stacks, stack => Assert.Equal(1, stack.Weight));
        foreach (ReplayedSite site in result.Sites)
        {
            List<StackCounters> stacks = [.. result.Stacks.Where(stack => stack.Site == site.Id).Select(stack => stack.Counters)];
            ulong Sum(Func<StackCounters, ulong> field) => stacks.Aggregate(0UL, (sum, stack) => sum + field(stack));
            Assert.Equal(site.Counters.RequestedBytes, Sum(stack => stack.RequestedBytes));
            Assert.Equal(site.Counters.Allocations - site.Counters.Released, Sum(stack => stack.LiveBlocks));
            Assert.Equal(site.Counters.MinorFaults, Sum(stack => stack.MinorFaults));
            Assert.Equal(site.Counters.ResidentPages, Sum(stack => stack.ResidentPages));
            Assert.Equal(site.TemporaryBytes, Sum(stack => stack.TemporaryBytes));
        }
    }

    private sealed class Listed(TraceMetadata metadata, TraceEvent[] events, StackTable? stacks = null) : ITraceSource
    {
        private int _next;

        public TraceMetadata Metadata => metadata;

        public Tracing.Session.SiteTable Sites => Tracing.Session.SiteTable.Empty;

        public StackTable Stacks { get; } = stacks ?? new();

        public TraceDamage? Damage => null;

        public IReadOnlyList<string> Notes => [];

        public int Read(Span<TraceEvent> into)
        {
            int count = Math.Min(into.Length, events.Length - _next);
            events.AsSpan(_next, count).CopyTo(into);
            _next += count;
            return count;
        }

        public void Dispose()
        {
        }
    }
}
