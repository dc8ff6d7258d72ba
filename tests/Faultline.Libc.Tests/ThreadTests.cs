namespace Faultline.Libc.Tests;

public class ThreadTests
{
    [Fact]
    public void A_new_thread_gets_an_arena_of_its_own_at_its_first_allocation()
    {
        using TestHeap heap = new();
        MallocThread thread = heap.Malloc.StartThread();
        Assert.Equal((1, -1), (heap.Malloc.ArenaCount, heap.Malloc.ArenaNumberOf(thread)));
        ulong block = heap.Malloc.Allocate(thread, 24);
        Assert.Equal((2, 1), (heap.Malloc.ArenaCount, heap.Malloc.ArenaNumberOf(thread)));
        Assert.Equal(0xb70UL, block & ((64 << 20) - 1));
        Assert.Equal(135168UL, heap.Malloc.ViewArena(1).Heaps[0].WritableSize);
    }

    [Fact]
    public void A_foreign_block_goes_to_the_cache_of_the_thread_that_frees_it()
    {
        using TestHeap heap = new();
        MallocThread thread = heap.Malloc.StartThread();
        ulong block = heap.Malloc.Allocate(100);
        heap.Malloc.Free(thread, block);
        Assert.Equal(block, heap.Malloc.Allocate(thread, 100));
        Assert.Equal(new BlockPlace(0, 0), heap.Malloc.PlaceOf(block));
    }

    [Fact]
    public void The_arena_of_a_dead_thread_is_the_first_choice_of_the_next()
    {
        using TestHeap heap = new();
        MallocThread first = heap.Malloc.StartThread(), second = heap.Malloc.StartThread();
        ulong block = heap.Malloc.Allocate(first, 24);
        heap.Malloc.Allocate(second, 24);
        heap.Malloc.EndThread(first);
        Assert.Equal(0UL, heap.Malloc.AttachedThreadsOf(1));
        MallocThread third = heap.Malloc.StartThread();
        Assert.NotEqual(block, heap.Malloc.Allocate(third, 24));
        Assert.Equal(1, heap.Malloc.ArenaNumberOf(third));
    }

    [Fact]
    public void Past_the_limit_arenas_are_shared_in_the_order_of_the_ring()
    {
        using TestHeap heap = new(new MallocOptions { Tunables = MallocTunables.Parse("glibc.malloc.arena_max=3") });
        int[] arenas = new int[7];
        for (int i = 0; i < arenas.Length; i++)
        {
            MallocThread thread = heap.Malloc.StartThread();
            heap.Malloc.Allocate(thread, 24);
            arenas[i] = heap.Malloc.ArenaNumberOf(thread);
        }

        Assert.Equal([1, 2, 0, 2, 1, 0, 2], arenas);
    }

    [Fact]
    public void Without_a_setting_there_are_eight_arenas_for_each_processor()
    {
        int consulted = 0;
        void Count(ConsultedFile file) => consulted += file == ConsultedFile.OnlineCpus ? 1 : 0;
        using TestHeap heap = new(new MallocOptions { OnlineCpus = 2, Consulted = Count });
        for (int i = 0; i < 40; i++)
            heap.Malloc.Allocate(heap.Malloc.StartThread(), 24);
        Assert.Equal((16, 1), (heap.Malloc.ArenaCount, consulted));
    }

    [Fact]
    public void A_failed_request_moves_the_main_thread_to_another_arena()
    {
        using TestHeap heap = new();
        heap.Malloc.StartThread();
        heap.Malloc.Allocate(24);
        Assert.Equal(0UL, heap.Malloc.Allocate(1UL << 60));
        Assert.Equal(1, heap.Malloc.ArenaNumberOf(heap.Malloc.MainThread));
        Assert.Equal(0x8e0UL, heap.Malloc.Allocate(100) & ((64 << 20) - 1));
    }

    [Fact]
    public void An_arena_grows_by_heaps_and_gives_them_back()
    {
        using TestHeap heap = new();
        MallocThread thread = heap.Malloc.StartThread();
        List<ulong> blocks = [];
        while (blocks.Count < 1500)
            blocks.Add(heap.Malloc.Allocate(thread, 100_000));
        Assert.Equal(3, heap.Malloc.ViewArena(1).Heaps.Count);
        Assert.Equal(new BlockPlace(1, 2), heap.Malloc.PlaceOf(blocks[^1]));
        heap.Malloc.CheckInvariants();
        for (int i = blocks.Count - 1; i >= 0; i--)
            heap.Malloc.Free(thread, blocks[i]);

        // The first heap has no room to grow, so that an empty second one stays, shrunk to the pad.
        ArenaView arena = heap.Malloc.ViewArena(1);
        Assert.Equal(2, arena.Heaps.Count);
        Assert.Equal(135168UL, arena.Heaps[1].Size);
    }

    [Fact]
    public void A_thread_that_ends_leaves_its_cached_blocks_to_their_arenas()
    {
        using TestHeap heap = new();
        MallocThread thread = heap.Malloc.StartThread();
        ulong[] blocks = [.. Enumerable.Range(0, 7).Select(_ => heap.Malloc.Allocate(thread, 500))];
        foreach (ulong block in blocks)
            heap.Malloc.Free(thread, block);
        MallocInfo before = heap.Malloc.GetMallocInfo();
        heap.Malloc.EndThread(thread);
        MallocInfo after = heap.Malloc.GetMallocInfo();
        Assert.Equal(before.FordBlks + 7 * 512 + 0x290, after.FordBlks);
        Assert.Equal(-1, heap.Malloc.ArenaNumberOf(thread));
    }

    [Fact]
    public void A_cache_that_no_arena_can_hold_becomes_a_mapping()
    {
        // brk cannot move, and the space for mappings is too small for the 1 MiB of a fallback or for a heap: what a limit on the
        // address space does to a real process, whose system calls these are.
        using TestHeap heap = new(breakLimit: 4096, space: 512 << 10);
        Assert.Equal(0UL, heap.Malloc.Allocate(10));
        Assert.Equal((2UL, 7UL, 8UL), (heap.Process.SystemCalls.Brk, heap.Process.SystemCalls.Mmap, heap.Process.SystemCalls.Failed));
        Assert.Equal(1, heap.Malloc.MappedChunks);
        Assert.Equal(0UL, heap.Malloc.Allocate(20_000));
        Assert.Equal((3UL, 8UL), (heap.Process.SystemCalls.Brk, heap.Process.SystemCalls.Mmap));
    }

    [Fact]
    public void The_second_try_of_an_aligned_request_sizes_the_new_arena_without_the_alignment()
    {
        using TestHeap heap = new();
        heap.Malloc.StartThread();
        Assert.Equal(0UL, heap.Malloc.AlignedAllocate(4096, ulong.MaxValue));
        Assert.Equal(135168UL, heap.Malloc.ViewArena(1).Heaps[0].Size);
        MallocThread thread = heap.Malloc.StartThread();
        Assert.Equal(0UL, heap.Malloc.AlignedAllocate(thread, 8192, ulong.MaxValue));
        Assert.Equal(143360UL, heap.Malloc.ViewArena(2).Heaps[0].Size);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_shrunk_heap_stays_writable_unless_overcommit_is_forbidden(bool forbidden)
    {
        using TestHeap heap = new(new MallocOptions { OvercommitForbidden = forbidden });
        MallocThread thread = heap.Malloc.StartThread();
        ulong[] blocks = [.. Enumerable.Range(0, 20).Select(_ => heap.Malloc.Allocate(thread, 100_000))];
        ulong before = heap.Malloc.ViewArena(1).Heaps[0].Size;
        foreach (ulong block in blocks)
            heap.Malloc.Free(thread, block);
        HeapView after = heap.Malloc.ViewArena(1).Heaps[0];
        Assert.True(after.Size < before);
        Assert.Equal(forbidden ? after.Size : before, after.WritableSize);
        Assert.NotEqual(0UL, heap.Malloc.Allocate(thread, 120_000));
        Assert.Equal(0UL, heap.Process.SegmentationFaults);
    }
}
