using Faultline.Kernel;

namespace Faultline.Libc.Tests;

public class FreeAndTrimTests
{
    [Fact]
    public void Freeing_a_mapped_block_raises_both_thresholds()
    {
        using TestHeap heap = new();
        ulong block = heap.Malloc.Allocate(500_000);
        heap.Free(block);
        Assert.Equal(503_808UL, heap.Malloc.MmapThreshold);
        Assert.Equal(2 * 503_808UL, heap.Malloc.TrimThreshold);
        Assert.Equal(1UL, heap.Process.SystemCalls.Munmap);
        Assert.False(heap.Malloc.IsMapped(heap.Malloc.Allocate(500_000)));
    }

    [Theory]
    [InlineData((32UL << 20) - 4096 - 24, true)]
    [InlineData((32UL << 20) - 24, false)]
    public void A_chunk_of_exactly_32_MiB_does_not_raise_them(ulong request, bool raises)
    {
        using TestHeap heap = new();
        heap.Free(heap.Malloc.Allocate(request));
        Assert.Equal(raises, heap.Malloc.MmapThreshold != 128 << 10);
    }

    [Fact]
    public void A_threshold_that_was_set_stays()
    {
        using TestHeap heap = new();
        Assert.Equal(1, heap.Malloc.Mallopt(MalloptParameter.TopPad, 0));
        heap.Free(heap.Malloc.Allocate(500_000));
        Assert.Equal(128UL << 10, heap.Malloc.MmapThreshold);
        Assert.True(heap.Malloc.ThresholdsFrozen);
    }

    [Fact]
    public void Freeing_an_untouched_block_on_a_page_of_its_own_faults_for_its_links()
    {
        using TestHeap heap = new();
        heap.Malloc.Allocate(24);
        ulong before = heap.Malloc.Allocate(4096 - 0x2b0 - 16 - 8);
        ulong block = heap.Malloc.Allocate(10_000);
        heap.Malloc.Allocate(24);
        Assert.Equal(0UL, block & PageSize.Mask);
        Assert.Equal(1UL, heap.FaultsOf(() => heap.Free(block)));
        Assert.Equal(0UL, heap.FaultsOf(() => heap.Free(before)));
    }

    [Fact]
    public void A_large_top_is_given_back_down_to_the_pad()
    {
        using TestHeap heap = new();
        ulong[] blocks = heap.Allocate(10, 100_000);
        ulong full = heap.HeapBytes;
        heap.Free(blocks);
        MallocInfo info = heap.Malloc.GetMallocInfo();
        Assert.True(heap.HeapBytes < full);
        Assert.InRange(info.KeepCost, (128UL << 10) + 33, (128UL << 10) + 33 + 4095);
    }

    [Fact]
    public void Malloc_trim_keeps_the_pad_and_reports_whether_it_did_anything()
    {
        using TestHeap heap = new();
        heap.Malloc.Allocate(100);
        Assert.True(heap.Malloc.Trim(0));
        Assert.Equal(4096UL, heap.HeapBytes);
        Assert.False(heap.Malloc.Trim(0));
    }

    [Fact]
    public void Trimming_a_top_of_exactly_32_bytes_makes_it_a_page_larger()
    {
        using TestHeap heap = new();
        heap.Malloc.Allocate(100);
        heap.Malloc.Allocate(134_360);
        Assert.Equal(32UL, heap.Malloc.GetMallocInfo().KeepCost);
        Assert.True(heap.Malloc.Trim(0));
        Assert.Equal(4128UL, heap.Malloc.GetMallocInfo().KeepCost);
        Assert.Equal(0x22000UL, heap.HeapBytes);
    }

    [Fact]
    public void Malloc_trim_drops_the_pages_inside_free_chunks()
    {
        using TestHeap heap = new();
        ulong block = heap.Malloc.Allocate(40_000);
        heap.Malloc.Allocate(24);
        heap.Touch(block, 40_000);
        heap.Free(block);
        ulong resident = heap.Process.ResidentPages.Value;
        Assert.True(heap.Malloc.Trim(1 << 20));
        Assert.Equal(resident - 8, heap.Process.ResidentPages.Value);
        Assert.Equal(1UL, heap.Process.SystemCalls.Madvise);
    }

    [Fact]
    public void When_the_break_hits_an_obstacle_the_heap_goes_on_in_mappings_of_1_MiB()
    {
        using TestHeap heap = new(breakLimit: 0x21000);
        ulong[] blocks = heap.Allocate(3, 60_000);
        Assert.True(blocks[2] > TestHeap.Base + (1UL << 40));
        Assert.Equal(1UL, heap.Process.SystemCalls.Mmap);
        Assert.Equal(0x21000UL + (1 << 20), heap.Malloc.GetMallocInfo().Arena);
        Assert.False(heap.Malloc.IsMapped(blocks[2]));
        heap.Free(blocks);
    }

    [Fact]
    public void A_foreign_move_of_the_break_leaves_a_fenced_gap()
    {
        using TestHeap heap = new();
        ulong first = heap.Malloc.Allocate(1000);
        heap.Process.Brk(heap.Process.CurrentBreak + 100);
        ulong second = heap.Malloc.Allocate(120_000);
        ulong third = heap.Malloc.Allocate(120_000);
        Assert.True(third > second);
        Assert.Equal(heap.HeapBytes, heap.Malloc.GetMallocInfo().Arena);
        heap.Free(first, second, third);
    }
}
