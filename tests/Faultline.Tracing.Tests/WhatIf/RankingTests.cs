using Faultline.Tracing.Replay;
using Faultline.Tracing.WhatIf;

namespace Faultline.Tracing.Tests.WhatIf;

/// <summary>The rule by which rows are best, and what is advised for them.</summary>
public class RankingTests
{
    [Fact]
    public void Within_one_per_cent_rows_are_equal_and_kernel_time_decides()
    {
        WhatIfRow[] rows = [Row(null, 1100, 50), Row(1, 1000, 90), Row(2, 1010, 60), Row(4, 1011, 10)];
        Assert.Equal([rows[1], rows[2]], Ranking.Best(rows, Criterion.Rss));
        Assert.Same(rows[2], Ranking.Choose(rows, Criterion.Rss));
        Assert.Same(rows[3], Ranking.Choose(rows, Criterion.Time));
    }

    [Fact]
    public void Of_equal_rows_the_one_nearest_to_the_trace_s_own_settings_is_best()
    {
        WhatIfRow[] rows = [Row(null, 2000, 10), Row(2, 1000, 10, topPad: 5), Row(1, 1000, 10), Row(4, 1000, 10)];
        Assert.Same(rows[2], Ranking.Choose(rows, Criterion.Rss));
        Assert.Same(rows[0], Ranking.Choose(rows[..1], Criterion.Rss));
        Assert.Equal(["malloc.arena_max=1"], Ranking.Changes(rows[2], rows[0]).Select(v => v.ToString()));
    }

    [Fact]
    public void A_row_that_did_not_get_its_memory_is_never_best()
    {
        WhatIfRow starved = Row(1, 10, 1) with { UnbackedPages = 1 };
        WhatIfRow[] rows = [Row(null, 1000, 50), starved];
        Assert.Same(rows[0], Ranking.Choose(rows, Criterion.Rss));
        Assert.Null(Ranking.Choose([starved], Criterion.Rss));
        Assert.Empty(Ranking.Best([starved], Criterion.Faults));
        WhatIfRow refused = Row(1, 10, 1) with { Failures = 3 };
        Assert.Same(rows[0], Ranking.Choose([rows[0], refused], Criterion.Rss));
        Assert.Same(refused, Ranking.Choose([rows[0] with { Failures = 3 }, refused], Criterion.Rss));
    }

    [Fact]
    public void Fragmentation_may_be_negative()
    {
        WhatIfRow[] rows = [Row(null, 1, 1) with { Fragmentation = -0.5 }, Row(1, 1, 1) with { Fragmentation = -0.3 }, Row(2, 1, 1) with { Fragmentation = -0.498 }];
        Assert.Equal([rows[0], rows[2]], Ranking.Best(rows, Criterion.Fragmentation));
    }

    [Fact]
    public void Kernel_time_is_the_weighed_sum()
    {
        Kernel.SystemCallCounts calls = new() { Brk = 1, Mmap = 2, Munmap = 3, Mremap = 4, Mprotect = 5, Madvise = 6 };
        double expected = 7 * KernelCost.FaultNanoseconds + 3 * KernelCost.HugeFaultNanoseconds + 8 * KernelCost.FrameNanoseconds + KernelCost.BrkNanoseconds
            + 2 * KernelCost.MmapNanoseconds + 3 * KernelCost.MunmapNanoseconds + 4 * KernelCost.MremapNanoseconds + 5 * KernelCost.MprotectNanoseconds + 6 * KernelCost.MadviseNanoseconds;
        Assert.Equal(expected, KernelCost.Estimate(new KernelWork(10, 3, 8, calls)));
    }

    [Fact]
    public void Advice_is_the_row_s_whole_environment()
    {
        WhatIfRow baseline = Row(null, 1, 1);
        Assert.Null(SettingAdvice.For(baseline, baseline).Variables);
        WhatIfRow row = Row(2, 1, 1) with { Tunables = "glibc.malloc.arena_max=4:glibc.malloc.arena_max=2:glibc.malloc.top_pad=0x10" };
        Assert.Equal("GLIBC_TUNABLES=glibc.malloc.arena_max=2:glibc.malloc.top_pad=16", SettingAdvice.For(row, baseline).Variables);
        Assert.Empty(SettingAdvice.For(row, baseline).Machine);
    }

    [Theory]
    [InlineData("thp", 0, "PR_SET_THP_DISABLE")]
    [InlineData("thp", 1, "echo madvise >")]
    [InlineData("thp", 2, "glibc.malloc.hugetlb=1")]
    [InlineData("cpus", 4, "the machine's to set")]
    [InlineData("ram", 1 << 30, "the machine's to have")]
    public void What_no_variable_sets_is_said(string name, ulong value, string expected)
    {
        WhatIfSetting setting = WhatIfSetting.Find(name)!;
        WhatIfRow baseline = Row(null, 1, 1) with { Combination = new Combination(true, [new(setting, 3)], new ReplayOptions()) };
        WhatIfRow row = baseline with { Combination = new Combination(false, [new(setting, value)], new ReplayOptions()) };
        Assert.Contains(expected, Assert.Single(SettingAdvice.For(row, baseline).Machine));
    }

    private static WhatIfRow Row(ulong? arenas, ulong rss, double time, ulong? topPad = null) => new()
    {
        Combination = new Combination(arenas == null, [new(WhatIfSetting.Find("arena_max")!, arenas), new(WhatIfSetting.Find("top_pad")!, topPad)], new ReplayOptions()),
        PeakRss = rss,
        RssAtEnd = rss,
        MinorFaults = 1,
        SystemCalls = 1,
        Fragmentation = 0,
        KernelNanoseconds = time,
        Arenas = 1,
        Failures = 0,
        UnbackedPages = 0,
        Tunables = "",
    };
}
