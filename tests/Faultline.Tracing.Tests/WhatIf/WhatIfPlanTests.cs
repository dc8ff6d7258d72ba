using Faultline.Kernel;
using Faultline.Libc;
using Faultline.Tracing.Events;
using Faultline.Tracing.Replay;
using Faultline.Tracing.WhatIf;

namespace Faultline.Tracing.Tests.WhatIf;

/// <summary>Which combinations are replayed, under which settings.</summary>
public class WhatIfPlanTests
{
    private static readonly TraceMetadata s_plain = new() { Source = "text" };

    [Fact]
    public void All_combinations_follow_the_trace_s_own_settings_the_last_changing_fastest()
    {
        WhatIfPlan plan = new([Vary("malloc.arena_max", 1, 2), Vary("thp", 0, 2)], s_plain, new ReplayOptions());
        Assert.Equal(
            [
                "malloc.arena_max=default thp=madvise", "malloc.arena_max=1 thp=never", "malloc.arena_max=1 thp=always",
                "malloc.arena_max=2 thp=never", "malloc.arena_max=2 thp=always",
            ],
            plan.Combinations.Select(c => c.ToString()));
        Assert.Equal([true, false, false, false, false], plan.Combinations.Select(c => c.IsBaseline));
        Assert.Equal((ThpPolicy.Always, "glibc.malloc.arena_max=2"), (plan.Combinations[4].Options.Thp!.Value, plan.Combinations[4].Options.Tunables));
    }

    [Fact]
    public void What_comes_to_the_trace_s_own_settings_is_replayed_once()
    {
        TraceMetadata recorded = s_plain with { Tunables = "glibc.malloc.arena_max=4:glibc.malloc.arena_max=2", ThpPolicy = 2 };
        WhatIfPlan plan = new([Vary("malloc.arena_max", 2, null), Vary("thp", 2)], recorded, new ReplayOptions());
        Assert.Equal(["malloc.arena_max=2 thp=always", "malloc.arena_max=default thp=always"], plan.Combinations.Select(c => c.ToString()));
    }

    [Fact]
    public void Not_set_means_that_what_the_trace_had_is_taken_away()
    {
        TraceMetadata recorded = s_plain with { Tunables = "glibc.malloc.arena_max=2:glibc.malloc.mmap_threshold=4096" };
        WhatIfPlan plan = new([Vary("malloc.mmap_threshold", null, 8192)], recorded, new ReplayOptions { Tunables = "glibc.malloc.mmap_threshold=1" });
        Assert.Equal(
            ["glibc.malloc.arena_max=2:glibc.malloc.mmap_threshold=4096:glibc.malloc.mmap_threshold=1", "glibc.malloc.arena_max=2", "glibc.malloc.arena_max=2:glibc.malloc.mmap_threshold=4096:glibc.malloc.mmap_threshold=8192"],
            plan.Combinations.Select(c => c.Options.TunablesFor(recorded)));
    }

    [Fact]
    public void The_machine_s_settings_reach_the_machine()
    {
        WhatIfPlan plan = new([Vary("cpus", 4), Vary("ram", 1UL << 30)], s_plain, new ReplayOptions());
        MachineOptions machine = plan.Combinations[1].Options.MachineFor(s_plain);
        Assert.Equal((4, 1UL << 30), (machine.Cpus, machine.RamBytes));
        Assert.Equal("cpus=2 ram=16G", plan.Combinations[0].ToString());
    }

    [Fact]
    public void A_glibc_is_a_setting_and_the_trace_s_own_is_the_baseline()
    {
        TraceMetadata recorded = s_plain with { LibcProfile = "glibc-2.41" };
        WhatIfPlan plan = new([new(WhatIfSetting.Libc, [.. Enumerable.Range(0, LibcProfile.All.Count).Select(i => (ulong?)i)])], recorded, new ReplayOptions());
        Assert.Equal(["libc=glibc-2.41", .. LibcProfile.All.Where(p => p != LibcProfile.Glibc241).Select(p => $"libc={p}")], plan.Combinations.Select(c => c.ToString()));
        Assert.Equal(LibcProfile.Glibc236, plan.Combinations[1].Options.Libc);
    }

    [Fact]
    public void Counting_does_not_overflow()
    {
        Variation wide = new(WhatIfSetting.Cpus, new ulong?[1 << 16]);
        Assert.Equal(ulong.MaxValue, WhatIfPlan.Count([wide, wide, wide, wide]));
        Assert.Equal(1UL << 32, WhatIfPlan.Count([wide, wide]));
    }

    [Fact]
    public void Every_malloc_setting_changes_what_glibc_s_reading_of_it_says()
    {
        foreach (WhatIfSetting setting in WhatIfSetting.All.Where(s => s.Read != null))
        {
            ulong value = Math.Clamp(100, setting.Least, setting.Most);
            string tunables = new ReplayOptions().WithTunable(setting.Tunable!, value).Tunables;
            Assert.Equal(value, setting.Read!(MallocTunables.Parse(tunables)));
            Assert.Null(setting.Read(MallocTunables.Default));
        }
    }

    [Theory]
    [InlineData("malloc.arena_max", "malloc.arena_max")]
    [InlineData("arena_max", "malloc.arena_max")]
    [InlineData("glibc.malloc.arena_max", "malloc.arena_max")]
    [InlineData("thp", "thp")]
    [InlineData("arena_maxx", null)]
    [InlineData("", null)]
    public void A_setting_is_found_by_its_names(string name, string? found) => Assert.Equal(found, WhatIfSetting.Find(name)?.Name);

    private static Variation Vary(string name, params ulong?[] values) => new(WhatIfSetting.Find(name)!, values);
}
