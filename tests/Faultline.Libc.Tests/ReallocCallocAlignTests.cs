namespace Faultline.Libc.Tests;

public class ReallocCallocAlignTests
{
    [Fact]
    public void The_last_block_grows_into_top()
    {
        using TestHeap heap = new();
        ulong block = heap.Malloc.Allocate(100);
        Assert.Equal(block, heap.Malloc.Reallocate(block, 50_000));
        Assert.Equal(50_008UL, heap.Malloc.UsableSize(block));
    }

    [Fact]
    public void A_block_grows_into_a_free_neighbour_and_frees_what_is_left_of_it()
    {
        using TestHeap heap = new();
        ulong block = heap.Malloc.Allocate(2000), neighbour = heap.Malloc.Allocate(3000);
        heap.Malloc.Allocate(24);
        heap.Free(neighbour);
        Assert.Equal(block, heap.Malloc.Reallocate(block, 4000));
        Assert.Equal(1UL, heap.Malloc.GetMallocInfo().OrdBlks);
        Assert.Equal(block + 4016, heap.Malloc.Allocate(1000));
    }

    [Fact]
    public void A_small_rest_of_a_shrunk_block_goes_to_the_cache()
    {
        using TestHeap heap = new();
        ulong block = heap.Malloc.Allocate(200);
        Assert.Equal(block, heap.Malloc.Reallocate(block, 100));
        Assert.Equal(block + 112, heap.Malloc.Allocate(80));
    }

    [Fact]
    public void A_block_that_moves_is_read_and_written_as_memcpy_does()
    {
        using TestHeap heap = new();
        ulong block = heap.Malloc.Allocate(20_000);
        heap.Malloc.Allocate(24);
        ulong faults = heap.FaultsOf(() => block = heap.Malloc.Reallocate(block, 30_000));

        // Pages 1 to 4 are read where nothing was written, 6 to 9 are written, and top's header moves to page 12.
        Assert.Equal(0x50f0UL, block - TestHeap.Base);
        Assert.Equal(4UL + 4 + 1, faults);
    }

    [Fact]
    public void A_mapped_block_is_always_remapped()
    {
        using TestHeap heap = new();
        ulong block = heap.Malloc.Allocate(200_000);
        block = heap.Malloc.Reallocate(block, 10);
        Assert.True(heap.Malloc.IsMapped(block));
        Assert.Equal(4096UL - 16, heap.Malloc.UsableSize(block));
        block = heap.Malloc.Reallocate(block, 900_000);
        Assert.Equal(2UL, heap.Process.SystemCalls.Mremap);
        Assert.Equal((128UL << 10, 1), (heap.Malloc.MmapThreshold, heap.Malloc.MappedChunks));
        Assert.Equal(0UL, heap.Malloc.Reallocate(block, 0));
        Assert.Equal((0, 0UL), (heap.Malloc.MappedChunks, heap.Malloc.MappedBytes));
    }

    [Fact]
    public void A_realloc_that_cannot_be_keeps_the_block()
    {
        using TestHeap heap = new();
        ulong block = heap.Malloc.Allocate(100);
        Assert.Equal(0UL, heap.Malloc.Reallocate(block, long.MaxValue));
        Assert.Equal(0UL, heap.Malloc.Reallocate(block, 1UL << 46));
        Assert.Equal(104UL, heap.Malloc.UsableSize(block));
    }

    [Fact]
    public void Calloc_touches_all_of_a_heap_block_and_nothing_of_a_mapping()
    {
        using TestHeap heap = new();
        heap.Malloc.Allocate(24);
        Assert.Equal(10UL, heap.FaultsOf(() => heap.Malloc.Calloc(10, 4096)));
        Assert.Equal(1UL, heap.FaultsOf(() => heap.Malloc.Calloc(100, 4096)));
    }

    [Fact]
    public void Calloc_trusts_what_the_kernel_has_just_given()
    {
        using TestHeap heap = new();
        heap.Malloc.Allocate(100_000);
        ulong inOldTop = (0x21000 - 0x290 - 100_016) / 4096;
        ulong faults = heap.FaultsOf(() => heap.Malloc.Calloc(1, 100_000));
        Assert.InRange(faults, inOldTop, inOldTop + 3);
    }

    [Fact]
    public void Calloc_never_takes_from_the_cache()
    {
        using TestHeap heap = new();
        ulong block = heap.Malloc.Allocate(100);
        heap.Free(block);
        Assert.NotEqual(block, heap.Malloc.Calloc(1, 100));
        Assert.Equal(block, heap.Malloc.Allocate(100));
    }

    [Theory]
    [InlineData(17UL, 32UL)]
    [InlineData(64UL, 64UL)]
    [InlineData(1000UL, 1024UL)]
    [InlineData(65536UL, 65536UL)]
    public void An_aligned_block_lies_at_the_next_power_of_two(ulong alignment, ulong multiple)
    {
        using TestHeap heap = new();
        foreach (ulong size in (ulong[])[1, 100, 5000, 300_000])
        {
            ulong block = heap.Malloc.AlignedAllocate(alignment, size);
            Assert.Equal(0UL, block % multiple);
            Assert.True(heap.Malloc.UsableSize(block) >= size);
            heap.Malloc.CheckInvariants();
        }
    }

    [Fact]
    public void Memalign_makes_no_cache()
    {
        using TestHeap heap = new();
        Assert.Equal(0x40UL, heap.Malloc.AlignedAllocate(64, 100) - TestHeap.Base);
    }

    [Fact]
    public void An_aligned_mapping_remembers_the_bytes_before_and_is_unmapped_whole()
    {
        using TestHeap heap = new();
        ulong pages = heap.Process.VirtualPages.Value;
        ulong block = heap.Malloc.AlignedAllocate(4096, 200_000);
        Assert.True(heap.Malloc.IsMapped(block));
        Assert.Equal(4080UL, heap.Malloc.MappingLeadOf(block));
        heap.Free(block);
        Assert.Equal(pages, heap.Process.VirtualPages.Value);
    }

    [Theory]
    [InlineData(0UL, 100UL, 22)]
    [InlineData(4UL, 100UL, 22)]
    [InlineData(48UL, 100UL, 22)]
    [InlineData(8UL, 100UL, 0)]
    [InlineData(4096UL, 100UL, 0)]
    [InlineData(64UL, 1UL << 46, 12)]
    [InlineData(1UL << 63, 1UL, 12)]
    public void Posix_memalign_answers_an_errno(ulong alignment, ulong n, int errno)
    {
        using TestHeap heap = new();
        Assert.Equal(errno, heap.Malloc.PosixMemalign(alignment, n, out ulong block));
        Assert.Equal(errno == 0, block != 0);
    }

    [Fact]
    public void Valloc_and_pvalloc_start_on_a_page_and_pvalloc_fills_it()
    {
        using TestHeap heap = new();
        ulong page = heap.Malloc.Valloc(heap.Malloc.MainThread, 10), whole = heap.Malloc.Pvalloc(heap.Malloc.MainThread, 10);
        Assert.Equal((0UL, 0UL), (page % 4096, whole % 4096));
        Assert.InRange(heap.Malloc.UsableSize(page), 10UL, 4095UL);
        Assert.InRange(heap.Malloc.UsableSize(whole), 4096UL, 4200UL);
        Assert.Equal(0UL, heap.Malloc.Pvalloc(heap.Malloc.MainThread, ulong.MaxValue));
    }
}
