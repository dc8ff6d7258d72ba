using Faultline.TestSupport;
using Faultline.Tracing.Events;
using Faultline.Tracing.Importers;
using Faultline.Tracing.Replay;
using Faultline.Tracing.Tests.Replay;
using Faultline.Tracing.WhatIf;

namespace Faultline.Tracing.Tests.WhatIf;

/// <summary>Rows are what single replays say, in the plan's order, however many run at the same time.</summary>
public class WhatIfRunTests
{
    private static readonly Variation[] s_variations =
    [
        new(WhatIfSetting.Find("arena_max")!, [1, 2, 8]),
        new(WhatIfSetting.Find("mmap_threshold")!, [64 << 10, null]),
        new(WhatIfSetting.Thp, [0, 2]),
    ];

    [Theory]
    [InlineData("mt-first")]
    [InlineData("real-make")]
    public void The_rows_do_not_depend_on_how_many_run_at_once(string name)
    {
        string[] alone = Describe(Run(name, 1)), several = Describe(Run(name, 5));
        Assert.Equal(13, alone.Length);
        Assert.Equal(alone, several);
    }

    [Fact]
    public void A_row_is_what_a_replay_under_its_settings_says()
    {
        WhatIfResult result = Run("mt-first", 3);
        foreach (WhatIfRow row in result.Rows)
        {
            ReplayResult alone = Replays.Committed("mt-first", row.Combination.Options);
            Assert.Equal(alone.Snapshot.PeakResidentPages * 4096, row.PeakRss);
            Assert.Equal(alone.Snapshot.ResidentPages * 4096, row.RssAtEnd);
            Assert.Equal(alone.Work.MinorFaults, row.MinorFaults);
            Assert.Equal(alone.Work.Calls.Total, row.SystemCalls);
            Assert.Equal(alone.Arenas, row.Arenas);
        }

        Assert.True(result.Rows.Select(row => row.PeakRss).Distinct().Count() > 1);
    }

    [Fact]
    public void Work_is_counted_by_what_it_was()
    {
        const ulong Megabyte = 1 << 20;
        TraceEvent Map(ulong address) => new() { Kind = TraceEventKind.Mmap, Address = address, Size = 4 * Megabyte, Argument = TraceEvent.MmapArgument(3, 0x22) };
        TraceEvent Touch(TraceEventKind kind, ulong address, ulong size) => new() { Kind = kind, Address = address, Size = size };
        TraceMetadata trace = new() { Touches = TouchKnowledge.Declared };
        KernelWork small = Replays.Events(trace, Map(Megabyte), Touch(TraceEventKind.Read, Megabyte, 3 * 4096), Touch(TraceEventKind.Write, Megabyte, 4096)).Work;
        // Three reads of the zero page, one write: a frame for it, page tables, and a slab each for the kernel's records (vm_area_struct, anon_vma, anon_vma_chain).
        Assert.Equal((4UL, 0UL, 1UL), (small.MinorFaults, small.HugeFaults, small.Calls.Mmap));
        Assert.InRange(small.Frames, 2UL, 7UL);
        KernelWork huge = Replays.Events(trace, new ReplayOptions { Thp = Kernel.ThpPolicy.Always }, Map(Megabyte), Touch(TraceEventKind.Write, Megabyte, 4 * Megabyte)).Work;
        Assert.Equal(2UL, huge.HugeFaults);
        Assert.InRange(huge.Frames, 0UL, 7UL);
    }

    [Fact]
    public void Means_and_peaks_are_over_all_events()
    {
        TraceEvent Allocate(ulong address, ulong size) => new() { Kind = TraceEventKind.Malloc, Address = address, Size = size };
        TraceEvent Free(ulong address) => new() { Kind = TraceEventKind.Free, Address = address };
        ReplayResult result = Replays.Events(new TraceMetadata(), Allocate(16, 1000), Allocate(4096, 500), Free(16), Free(4096));
        Assert.Equal(1500UL, result.PeakLiveBytes);
        Assert.Equal((1000UL + 1500 + 500) / 4, result.MeanLiveBytes);
        Assert.Equal(0UL, result.MeanResidentBytes % 1024);
    }

    [Fact]
    public void What_goes_wrong_in_a_replay_is_thrown_as_it_is()
    {
        WhatIfPlan plan = new(s_variations, new TraceMetadata(), new ReplayOptions());
        Assert.Equal("gone", Assert.Throws<IOException>(() => WhatIfRun.Run(plan, () => throw new IOException("gone"), 4)).Message);
    }

    private static WhatIfResult Run(string name, int jobs)
    {
        string path = Repository.Path("tests", "Faultline.Tracing.Tests", "Traces", name + ".trace.gz");
        using ITraceSource source = TraceImport.Open(path);
        return WhatIfRun.Run(new WhatIfPlan(s_variations, source.Metadata, new ReplayOptions()), () => TraceImport.Open(path), jobs);
    }

    private static string[] Describe(WhatIfResult result) => [.. result.Rows.Select(row =>
        $"{row.Combination} {row.PeakRss} {row.RssAtEnd} {row.MinorFaults} {row.SystemCalls} {row.Fragmentation:R} {row.KernelNanoseconds:R} {row.Arenas} {row.Failures} {row.Tunables}")];
}
