namespace Faultline.Libc.Tests;

public class TunablesTests
{
    [Fact]
    public void Tunables_are_read_as_the_loader_reads_them()
    {
        MallocTunables tunables = MallocTunables.Parse(
            "glibc.malloc.arena_max=0x10:glibc.malloc.mmap_threshold=64K:nonsense:glibc.malloc.tcache_count=010"
            + ":glibc.malloc.arena_max=3:glibc.malloc.hugetlb=1");
        Assert.Equal(3UL, tunables.ArenaMax);
        Assert.Equal(64UL, tunables.MmapThreshold);
        Assert.Equal(8UL, tunables.TcacheCount);
        Assert.Equal(["glibc.malloc.hugetlb"], tunables.NotModelled);
        Assert.Null(tunables.TopPad);
    }

    [Fact]
    public void GLIBC_TUNABLES_wins_over_the_older_variables()
    {
        MallocTunables tunables = MallocTunables.FromEnvironment([
            new("MALLOC_ARENA_MAX", "2"), new("MALLOC_TOP_PAD_", "100"), new("GLIBC_TUNABLES", "glibc.malloc.arena_max=5"),
            new("MALLOC_TOP_PAD_", "200"), new("PATH", "1")]);
        Assert.Equal(5UL, tunables.ArenaMax);
        Assert.Equal(100UL, tunables.TopPad);
    }

    [Fact]
    public void Values_out_of_bounds_are_ignored()
    {
        MallocTunables tunables = MallocTunables.Parse("glibc.malloc.arena_max=0:glibc.malloc.perturb=256:glibc.malloc.mmap_max=-1");
        Assert.Equal(MallocTunables.Default with { NotModelled = tunables.NotModelled }, tunables);
    }

    [Theory]
    [InlineData("", 0UL)]
    [InlineData("  +12abc", 12UL)]
    [InlineData("-1", ulong.MaxValue)]
    [InlineData("0XfFg", 255UL)]
    [InlineData("089", 0UL)]
    [InlineData("99999999999999999999999", ulong.MaxValue)]
    public void Numbers_are_read_as_strtoul_reads_them(string text, ulong value) => Assert.Equal(value, TunableNumber.Parse(text));

    [Fact]
    public void Without_a_cache_freed_blocks_go_to_the_fastbins()
    {
        using TestHeap heap = new(new MallocOptions { Tunables = MallocTunables.Parse("glibc.malloc.tcache_count=0") });
        heap.Free(heap.Allocate(3, 40));
        Assert.Equal(3UL, heap.Malloc.GetMallocInfo().SmBlks);
    }

    [Fact]
    public void Mxfast_0_turns_fastbins_off()
    {
        MallocTunables tunables = MallocTunables.Parse("glibc.malloc.tcache_count=0:glibc.malloc.mxfast=0");
        using TestHeap heap = new(new MallocOptions { Tunables = tunables });
        ulong[] blocks = heap.Allocate(3, 40);
        heap.Free(blocks[0], blocks[2]);
        Assert.Equal((0UL, 2UL), (heap.Malloc.GetMallocInfo().SmBlks, heap.Malloc.GetMallocInfo().OrdBlks));
    }

    [Theory]
    [InlineData(161, 0, 128UL)]
    [InlineData(160, 1, 160UL)]
    [InlineData(0, 1, 16UL)]
    [InlineData(-1, 0, 128UL)]
    public void Mallopt_refuses_only_an_mxfast_that_is_too_large(int value, int accepted, ulong maximum)
    {
        using TestHeap heap = new();
        Assert.Equal(accepted, heap.Malloc.Mallopt(MalloptParameter.MxFast, value));
        Assert.Equal(maximum, heap.Malloc.MaximumFast);
        Assert.Equal(1, heap.Malloc.Mallopt((MalloptParameter)99, value));
    }

    [Fact]
    public void A_perturbed_block_is_touched_when_it_is_handed_out()
    {
        using TestHeap heap = new(new MallocOptions { Tunables = MallocTunables.Parse("glibc.malloc.perturb=165") });
        Assert.Equal(6UL, heap.FaultsOf(() => heap.Malloc.Allocate(20_000)));
    }
}
