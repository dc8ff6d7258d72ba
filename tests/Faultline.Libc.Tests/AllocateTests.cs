namespace Faultline.Libc.Tests;

public class AllocateTests
{
    [Fact]
    public void The_first_block_comes_after_the_cache_in_a_heap_of_132_KiB()
    {
        using TestHeap heap = new();
        Assert.Equal(0x2a0UL, heap.At(24));
        Assert.Equal(0x21000UL, heap.HeapBytes);
        Assert.Equal(0x2c0UL, heap.At(24));
        Assert.Equal(1UL, heap.Process.MinorFaults);
    }

    [Fact]
    public void A_large_first_request_makes_heap_and_mapping()
    {
        using TestHeap heap = new();
        ulong block = heap.Malloc.Allocate(1 << 20);
        Assert.True(heap.Malloc.IsMapped(block));
        Assert.Equal(0x21000UL, heap.HeapBytes);
        Assert.Equal(0x101000UL - 16, heap.Malloc.UsableSize(block));
        Assert.Equal(1UL, heap.Process.SystemCalls.Mmap);
    }

    [Fact]
    public void A_request_above_the_threshold_is_served_from_a_free_chunk_if_it_fits()
    {
        using TestHeap heap = new();
        ulong[] blocks = heap.Allocate(3, 100_000);
        ulong guard = heap.Malloc.Allocate(2000);
        heap.Free(blocks);
        ulong large = heap.Malloc.Allocate(250_000);
        Assert.Equal(blocks[0], large);
        Assert.False(heap.Malloc.IsMapped(large));
        heap.Free(guard);
    }

    [Fact]
    public void The_cache_gives_back_what_was_freed_last()
    {
        using TestHeap heap = new();
        ulong[] blocks = heap.Allocate(3, 100);
        heap.Free(blocks);
        Assert.Equal(blocks[2], heap.Malloc.Allocate(104));
        Assert.Equal(blocks[1], heap.Malloc.Allocate(89));
        Assert.Equal(blocks[0], heap.Malloc.Allocate(100));
    }

    [Fact]
    public void Seven_blocks_fill_a_cache_list_and_the_rest_goes_to_a_fastbin()
    {
        using TestHeap heap = new();
        ulong[] blocks = heap.Allocate(10, 40);
        heap.Free(blocks);
        Assert.Equal(3UL, heap.Malloc.GetMallocInfo().SmBlks);
        Assert.Equal(3UL * 48, heap.Malloc.GetMallocInfo().FsmBlks);
    }

    [Fact]
    public void A_hit_in_a_fastbin_moves_the_rest_of_it_into_the_cache()
    {
        using TestHeap heap = new();
        ulong[] blocks = heap.Allocate(10, 40);
        heap.Free(blocks);
        heap.Allocate(7, 40);
        Assert.Equal(blocks[9], heap.Malloc.Allocate(40));
        Assert.Equal(0UL, heap.Malloc.GetMallocInfo().SmBlks);
        Assert.Equal(blocks[7], heap.Malloc.Allocate(40));
        Assert.Equal(blocks[8], heap.Malloc.Allocate(40));
    }

    [Fact]
    public void Small_bins_are_first_in_first_out()
    {
        using TestHeap heap = new(new MallocOptions { Tunables = MallocTunables.Parse("glibc.malloc.tcache_count=0") });
        ulong[] blocks = heap.Allocate(3, 200), guards = new ulong[3];
        heap.Free(blocks);
        blocks = new ulong[3];
        for (int i = 0; i < 3; i++)
        {
            blocks[i] = heap.Malloc.Allocate(500);
            guards[i] = heap.Malloc.Allocate(24);
        }

        heap.Free(blocks);
        heap.Malloc.Allocate(3000);
        Assert.Equal(blocks[0], heap.Malloc.Allocate(500));
        Assert.Equal(blocks[1], heap.Malloc.Allocate(500));
        Assert.Equal(blocks[2], heap.Malloc.Allocate(500));
    }

    [Fact]
    public void A_large_bin_gives_its_smallest_fit_and_of_equals_the_second()
    {
        using TestHeap heap = new();
        ulong[] sizes = [3000, 2900, 3000, 3000];
        ulong[] blocks = new ulong[4];
        for (int i = 0; i < 4; i++)
        {
            blocks[i] = heap.Malloc.Allocate(sizes[i]);
            heap.Malloc.Allocate(24);
        }

        heap.Free(blocks);
        heap.Malloc.Allocate(4000);
        Assert.Equal(blocks[3], heap.Malloc.Allocate(2990));
        Assert.Equal(blocks[1], heap.Malloc.Allocate(2800));
    }

    [Fact]
    public void Small_requests_are_cut_side_by_side_from_the_last_remainder()
    {
        using TestHeap heap = new();
        ulong big = heap.Malloc.Allocate(5000);
        heap.Malloc.Allocate(24);
        heap.Free(big);
        Assert.Equal(big, heap.Malloc.Allocate(200));
        Assert.Equal(big + 208, heap.Malloc.Allocate(300));
        Assert.Equal(big + 208 + 320, heap.Malloc.Allocate(300));
    }

    [Fact]
    public void What_no_address_space_holds_answers_0_and_asks_nobody()
    {
        using TestHeap heap = new();
        Assert.Equal(0UL, heap.Malloc.Allocate(1UL << 63));
        Assert.Equal(0UL, heap.Malloc.Calloc(1UL << 40, 1UL << 40));
        Assert.Equal(0UL, heap.Process.SystemCalls.Total);
    }

    [Fact]
    public void A_request_that_the_kernel_refuses_tries_mapping_break_and_mapping()
    {
        using TestHeap heap = new();
        heap.Malloc.Allocate(1);
        Assert.Equal(0UL, heap.Malloc.Allocate(1UL << 46));
        Assert.Equal(2UL, heap.Process.SystemCalls.Mmap);
        Assert.Equal(2UL, heap.Process.SystemCalls.Brk);
        Assert.NotEqual(0UL, heap.Malloc.Allocate(1000));
    }
}
