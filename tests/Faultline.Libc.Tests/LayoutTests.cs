namespace Faultline.Libc.Tests;

public class LayoutTests
{
    [Theory]
    [InlineData(0UL, 32UL)]
    [InlineData(24UL, 32UL)]
    [InlineData(25UL, 48UL)]
    [InlineData(40UL, 48UL)]
    [InlineData(1032UL, 1040UL)]
    [InlineData(1033UL, 1056UL)]
    [InlineData((ulong)long.MaxValue, 0x8000_0000_0000_0010UL)]
    public void A_request_becomes_the_next_chunk_size_with_one_word_more(ulong request, ulong size)
    {
        Assert.True(ChunkLayout.TryChunkSize(request, out ulong actual));
        Assert.Equal(size, actual);
    }

    [Theory]
    [InlineData(1UL << 63)]
    [InlineData(ulong.MaxValue)]
    public void A_request_above_PTRDIFF_MAX_has_no_chunk(ulong request) => Assert.False(ChunkLayout.TryChunkSize(request, out _));

    [Theory]
    [InlineData(32UL, 2)]
    [InlineData(1008UL, 63)]
    [InlineData(1024UL, 64)]
    [InlineData(3072UL + 63, 96)]
    [InlineData(3136UL, 97)]
    [InlineData(10751UL, 111)]
    [InlineData(10752UL, 112)]
    [InlineData(45055UL, 120)]
    [InlineData(45056UL, 120)]
    [InlineData(163839UL, 123)]
    [InlineData(163840UL, 124)]
    [InlineData(786431UL, 126)]
    [InlineData(1UL << 40, 126)]
    public void Bins_meet_at_the_seams(ulong size, int bin) => Assert.Equal(bin, BinIndex.Of(size));

    [Fact]
    public void Bin_numbers_never_fall_as_sizes_grow()
    {
        int last = 0;
        for (ulong size = 32; size < 1 << 20; size += 16)
        {
            int bin = BinIndex.Of(size);
            Assert.InRange(bin, last, BinIndex.Last);
            last = bin;
        }
    }

    [Fact]
    public void Cache_lists_of_requests_and_of_their_chunks_agree()
    {
        for (ulong request = 0; request < 5000; request++)
        {
            Assert.True(ChunkLayout.TryChunkSize(request, out ulong size));
            Assert.Equal(TcacheLayout.IndexOfChunk(size), TcacheLayout.IndexOfRequest(request));
        }

        Assert.Equal(63UL, TcacheLayout.IndexOfRequest(TcacheLayout.MaximumRequest));
        Assert.Equal(64UL, TcacheLayout.IndexOfRequest(TcacheLayout.MaximumRequest + 1));
    }

    [Fact]
    public void The_first_chunk_of_a_heap_lies_behind_its_arena() => Assert.Equal(0x8d0UL, HeapLayout.FirstChunk);
}
