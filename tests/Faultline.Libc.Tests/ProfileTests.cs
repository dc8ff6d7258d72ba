namespace Faultline.Libc.Tests;

/// <summary>In what the later profiles are not glibc 2.36: one test for each difference, held against the profiles on both sides of it.</summary>
public class ProfileTests
{
    public static TheoryData<string, bool> Since239 => Each(profile => profile != LibcProfile.Glibc236);

    public static TheoryData<string, bool> Since241 => Each(profile => profile == LibcProfile.Glibc241);

    [Fact]
    public void A_profile_is_found_by_its_name_and_by_the_versions_whose_malloc_it_is()
    {
        Assert.Equal("glibc-2.36", LibcProfile.Default.Name);
        foreach (LibcProfile profile in LibcProfile.All)
        {
            Assert.Same(profile, LibcProfile.Find(profile.Name));
            Assert.Same(profile, LibcProfile.All[(int)LibcProfile.NumberOf(profile)]);
            Assert.All(profile.Versions, version => Assert.Same(profile, LibcProfile.ForVersion(version)));
        }

        Assert.Equal((null, null), (LibcProfile.Find("2.41"), LibcProfile.ForVersion("2.35")));
    }

    [Theory]
    [MemberData(nameof(Since239))]
    public void Realloc_of_a_mapped_block_by_up_to_a_page_does_nothing(string libc, bool keeps)
    {
        using TestHeap heap = Make(libc);
        ulong block = heap.Malloc.Allocate(200_000), usable = heap.Malloc.UsableSize(block);
        ulong[] requests = [usable, usable - 4096, usable - 8193];
        ulong[] calls = [.. requests.Select(request =>
        {
            ulong before = heap.Process.SystemCalls.Mremap;
            block = heap.Malloc.Reallocate(block, request);
            return heap.Process.SystemCalls.Mremap - before;
        })];
        // A request for the last byte counts the eight behind it, which a mapping does not have: 2.36 adds a page, and takes it away again.
        Assert.Equal(keeps ? [0UL, 0, 1] : [1UL, 1, 1], calls);
    }

    [Theory]
    [MemberData(nameof(Since239))]
    public void Realloc_that_does_nothing_makes_no_cache(string libc, bool keeps)
    {
        using TestHeap heap = Make(libc);
        ulong block = heap.Malloc.AlignedAllocate(64, 100);
        ulong fits = heap.Malloc.UsableSize(block);
        ulong system = heap.Malloc.GetMallocInfo().UordBlks;
        Assert.Equal(block, heap.Malloc.Reallocate(block, fits));
        Assert.Equal(keeps, system == heap.Malloc.GetMallocInfo().UordBlks);
    }

    [Theory]
    [MemberData(nameof(Since239))]
    public void Memalign_takes_the_aligned_block_of_the_cache_from_anywhere_in_its_list(string libc, bool takes)
    {
        using TestHeap heap = Make(libc);
        ulong[] blocks = heap.Allocate(9, 100);
        ulong aligned = blocks.First(block => block % 64 == 0);
        heap.Free([aligned, .. blocks.Where(block => block % 64 != 0).Take(3)]);
        Assert.Equal(takes, heap.Malloc.AlignedAllocate(64, 100) == aligned);
        heap.Malloc.CheckInvariants();
    }

    [Theory]
    [MemberData(nameof(Since239))]
    public void What_memalign_cuts_off_is_merged_or_goes_to_the_cache(string libc, bool merges)
    {
        using TestHeap heap = Make(libc);
        heap.Malloc.Allocate(24);
        ulong top = heap.Malloc.GetMallocInfo().KeepCost;
        ulong block = heap.Malloc.AlignedAllocate(256, 200);
        // The tail of 2.36 stays between the block and top, and the next request of its size gets it.
        ulong lead = block - 16 - (TestHeap.Base + 0x2b0);
        Assert.Equal(merges, heap.Malloc.GetMallocInfo().KeepCost == top - lead - 208);
        Assert.Equal(merges ? 2UL : 1, heap.Malloc.GetMallocInfo().OrdBlks);
        heap.Malloc.CheckInvariants();
    }

    [Theory]
    [MemberData(nameof(Since239))]
    public void A_tail_too_small_for_a_chunk_is_given_back_where_it_can_be_merged(string libc, bool merges)
    {
        bool any = false;
        for (ulong before = 24; before < 100; before += 16)
        {
            using TestHeap heap = Make(libc);
            heap.Malloc.Allocate(before);
            any |= heap.Malloc.UsableSize(heap.Malloc.AlignedAllocate(64, 200)) > 200;
        }

        Assert.Equal(!merges, any);
    }

    [Theory]
    [MemberData(nameof(Since239))]
    public void Where_the_break_cannot_move_a_mapping_is_a_mebibyte_at_least_or_a_multiple_of_it(string libc, bool isLeast)
    {
        using TestHeap heap = Make(libc, breakLimit: 0x21000);
        heap.Malloc.Allocate(24);
        for (int i = 0; i < 12; i++)
            heap.Malloc.Allocate(120_000);
        ulong mapped = heap.Malloc.GetMallocInfo().Arena - 0x21000;
        Assert.Equal(isLeast ? 2UL << 20 : (1UL << 20) + 4096 * ((mapped - (1UL << 20)) / 4096), mapped);
    }

    [Theory]
    [MemberData(nameof(Since239))]
    public void What_is_writable_of_a_thread_s_heap_counts_as_committed(string libc, bool counts)
    {
        using TestHeap heap = Make(libc);
        ulong before = Committed(heap);
        heap.Malloc.Allocate(heap.Malloc.StartThread(), 24);
        Assert.Equal(counts ? 132UL : 0, Committed(heap) - before);
    }

    [Theory]
    [MemberData(nameof(Since241))]
    public void Calloc_takes_from_the_cache_and_clears_what_it_took(string libc, bool takes)
    {
        using TestHeap heap = Make(libc);
        ulong[] blocks = heap.Allocate(4, 1000);
        heap.Free(blocks[3]);
        heap.Process.Madvise(new(TestHeap.Base + 0x1000), 0x1000, Kernel.Advice.DontNeed);
        ulong block = 0;
        ulong faults = heap.FaultsOf(() => block = heap.Malloc.Calloc(10, 100));
        Assert.Equal(takes, block == blocks[3]);
        // The block ends on the page that was dropped.
        Assert.Equal(1UL, faults);
    }

    [Theory]
    [MemberData(nameof(Since241))]
    public void A_freed_small_chunk_goes_to_its_bin_at_once(string libc, bool toBin)
    {
        using TestHeap heap = Make(libc, "glibc.malloc.tcache_count=0");
        ulong[] blocks = heap.Allocate(4, 500);
        heap.Free(blocks[0], blocks[2]);
        Assert.Equal(toBin, !heap.Malloc.GetMallocInfoXml().Contains("<unsorted", StringComparison.Ordinal));
        // From either place the one that was freed first comes first.
        Assert.Equal(blocks[0], heap.Malloc.Allocate(500));
        heap.Malloc.CheckInvariants();
    }

    [Theory]
    [MemberData(nameof(Since241))]
    public void What_leaves_the_fastbins_goes_through_the_unsorted_list_in_all(string libc, bool _)
    {
        using TestHeap heap = Make(libc, "glibc.malloc.tcache_count=0");
        ulong[] blocks = heap.Allocate(3, 40);
        heap.Free(blocks[0]);
        heap.Malloc.Mallopt(MalloptParameter.TopPad, 0);
        Assert.Contains("<unsorted from=\"49\"", heap.Malloc.GetMallocInfoXml(), StringComparison.Ordinal);
    }

    /// <summary>Committed_AS of /proc/meminfo, KiB.</summary>
    private static ulong Committed(TestHeap heap)
    {
        string line = heap.Process.Machine.Proc.Read("/proc/meminfo", Kernel.ProcCaller.Root).Text.Split('\n').Single(l => l.StartsWith("Committed_AS:", StringComparison.Ordinal));
        return ulong.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture);
    }

    private static TheoryData<string, bool> Each(Func<LibcProfile, bool> differs)
    {
        TheoryData<string, bool> all = [];
        foreach (LibcProfile profile in LibcProfile.All)
            all.Add(profile.Name, differs(profile));
        return all;
    }

    private static TestHeap Make(string libc, string tunables = "", ulong breakLimit = 0)
    {
        LibcProfile profile = LibcProfile.Find(libc)!;
        return new TestHeap(new MallocOptions { Profile = profile, Tunables = MallocTunables.Parse(tunables, profile) }, breakLimit);
    }
}
