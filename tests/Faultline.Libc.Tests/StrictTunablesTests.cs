namespace Faultline.Libc.Tests;

/// <summary>GLIBC_TUNABLES as 2.39 and later read it; what 2.36 takes of the same text stands beside it.</summary>
public class StrictTunablesTests
{
    [Theory]
    [InlineData("glibc.malloc.arena_max=2:nonsense", null, 2UL)]
    [InlineData("nonsense:glibc.malloc.arena_max=2", 2UL, 2UL)]
    [InlineData("glibc.malloc.arena_max=2:glibc.malloc.top_pad=1=2", null, 2UL)]
    [InlineData("glibc.malloc.arena_max=2:", null, 2UL)]
    [InlineData("glibc.malloc.arena_max=2K", null, 2UL)]
    [InlineData("glibc.malloc.arena_max=99999999999999999999999", null, ulong.MaxValue)]
    [InlineData("glibc.malloc.arena_max=3:glibc.malloc.arena_max=2K", null, 2UL)]
    [InlineData("glibc.malloc.arena_max=3:glibc.malloc.arena_max=2", 2UL, 2UL)]
    public void What_is_not_well_formed_counts_for_nothing(string text, ulong? strict, ulong? lenient)
    {
        Assert.Equal(strict, MallocTunables.Parse(text, LibcProfile.Glibc241).ArenaMax);
        Assert.Equal(lenient, MallocTunables.Parse(text, LibcProfile.Glibc236).ArenaMax);
    }

    [Fact]
    public void The_older_variables_count_where_GLIBC_TUNABLES_set_nothing_the_last_of_two()
    {
        KeyValuePair<string, string>[] environment =
        [
            new("MALLOC_ARENA_MAX", "2"), new("MALLOC_TOP_PAD_", "100"), new("GLIBC_TUNABLES", "glibc.malloc.arena_max=5:glibc.malloc.mmap_max=-1"),
            new("MALLOC_TOP_PAD_", "200"), new("MALLOC_MMAP_MAX_", "7"), new("MALLOC_PERTURB_", "1x"),
        ];
        MallocTunables tunables = MallocTunables.FromEnvironment(environment, LibcProfile.Glibc241);
        Assert.Equal((5UL, 200UL, 7, null), (tunables.ArenaMax, tunables.TopPad, tunables.MmapMax, tunables.Perturb));
        Assert.Equal(100UL, MallocTunables.FromEnvironment(environment).TopPad);
    }

    [Fact]
    public void A_setting_that_the_model_does_not_have_is_named_where_that_glibc_knows_it()
    {
        const string Text = "glibc.mem.decorate_maps=1:glibc.rtld.enable_secure=1:glibc.malloc.hugetlb=1";
        Assert.Equal(["glibc.malloc.hugetlb"], MallocTunables.Parse(Text, LibcProfile.Glibc236).NotModelled);
        Assert.Equal(3, MallocTunables.Parse(Text, LibcProfile.Glibc241).NotModelled.Count);
    }
}
