using System.Runtime.InteropServices;
using Faultline.Shim.Tests.Support;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Tests.Facades;

/// <summary>NativeMemory's facade beside the original: same answers, same exceptions.</summary>
public unsafe class NativeMemoryShimTests
{
    private readonly int _site = RoutedProcess.NextSite();

    public static TheoryData<ulong, ulong> Products => new()
    {
        { 0, 0 }, { 0, 8 }, { 8, 0 }, { 1, 1 }, { 100, 16 }, { 3, 5 },
        { ulong.MaxValue, 1 }, { ulong.MaxValue, 2 }, { 1UL << 32, 1UL << 32 }, { (1UL << 32) + 1, (1UL << 32) - 1 }, { 1UL << 63, 2 }, { ulong.MaxValue, ulong.MaxValue }, { ulong.MaxValue, 0 },
    };

    [Theory]
    [MemberData(nameof(Products))]
    public void ArraysAnswerAsTheOriginal(ulong count, ulong size)
    {
        AssertSame(() => NativeMemory.Alloc((nuint)count, (nuint)size), () => NativeMemoryShim.Alloc((nuint)count, (nuint)size, _site));
        AssertSame(() => NativeMemory.AllocZeroed((nuint)count, (nuint)size), () => NativeMemoryShim.AllocZeroed((nuint)count, (nuint)size, _site));
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(1UL)]
    [InlineData(4096UL)]
    [InlineData(ulong.MaxValue)]
    [InlineData(ulong.MaxValue / 2)]
    [InlineData((ulong)long.MaxValue - 4096)]
    public void SizesAnswerAsTheOriginal(ulong size)
    {
        AssertSame(() => NativeMemory.Alloc((nuint)size), () => NativeMemoryShim.Alloc((nuint)size, _site));
        AssertSame(() => NativeMemory.AllocZeroed((nuint)size), () => NativeMemoryShim.AllocZeroed((nuint)size, _site));
        AssertSame(() => NativeMemory.Realloc(null, (nuint)size), () => NativeMemoryShim.Realloc(null, (nuint)size, _site));
        AssertSame(() => NativeMemory.Realloc(NativeMemory.Alloc(10), (nuint)size), () => NativeMemoryShim.Realloc(NativeMemoryShim.Alloc(10, _site), (nuint)size, _site));
    }

    public static TheoryData<ulong, ulong> Alignments => new()
    {
        { 0, 16 }, { 1, 1 }, { 1, 2 }, { 100, 8 }, { 100, 64 }, { 100, 4096 }, { 5, 1 << 20 }, { 100, 0 }, { 100, 3 }, { 100, 48 },
        { ulong.MaxValue, 1 }, { ulong.MaxValue, 16 }, { ulong.MaxValue - 15, 16 }, { 1, 1UL << 63 }, { 0, 1UL << 63 }, { 1, 1UL << 46 },
    };

    [Theory]
    [MemberData(nameof(Alignments))]
    public void AlignmentsAnswerAsTheOriginal(ulong size, ulong alignment)
    {
        void* block = AssertSame(
            () => NativeMemory.AlignedAlloc((nuint)size, (nuint)alignment),
            () => NativeMemoryShim.AlignedAlloc((nuint)size, (nuint)alignment, _site));
        if (block != null)
            Assert.Equal(0UL, (ulong)block & (alignment - 1));
        AssertSame(
            () => NativeMemory.AlignedRealloc(null, (nuint)size, (nuint)alignment),
            () => NativeMemoryShim.AlignedRealloc(null, (nuint)size, (nuint)alignment, _site));
        AssertSame(
            () => NativeMemory.AlignedRealloc(NativeMemory.AlignedAlloc(64, 16), (nuint)size, (nuint)alignment),
            () => NativeMemoryShim.AlignedRealloc(NativeMemoryShim.AlignedAlloc(64, 16, _site), (nuint)size, (nuint)alignment, _site));
    }

    [Fact]
    public void NullIsFreedAsNothing()
    {
        NativeMemoryShim.Free(null, _site);
        NativeMemoryShim.AlignedFree(null, _site);
        Assert.Equal(2UL, RoutedProcess.Site(_site).Calls);
        Assert.Equal(0UL, RoutedProcess.Site(_site).Released);
    }

    [Fact]
    public void ZeroedBlocksAreZeroAlsoWhereOthersWrote()
    {
        for (int round = 0; round < 20; round++)
        {
            nuint size = (nuint)(round * 7919 % 50_000) + 1;
            byte* dirty = (byte*)NativeMemoryShim.Alloc(size, _site);
            NativeMemory.Fill(dirty, size, 0xee);
            NativeMemoryShim.Free(dirty, _site);
            byte* block = (byte*)NativeMemoryShim.AllocZeroed(size, _site);
            Assert.Equal(-1, new Span<byte>(block, (int)size).IndexOfAnyExcept((byte)0));
            NativeMemoryShim.Free(block, _site);
        }
    }

    [Theory]
    [InlineData(10, 100_000)]
    [InlineData(300, 20)]
    [InlineData(200_000, 5_000_000)]
    [InlineData(5_000_000, 100)]
    public void ReallocKeepsTheContents(int from, int to)
    {
        byte* block = (byte*)NativeMemoryShim.Alloc((nuint)from, _site);
        for (int i = 0; i < from; i++)
            block[i] = (byte)(i * 31);
        block = (byte*)NativeMemoryShim.Realloc(block, (nuint)to, _site);
        for (int i = 0; i < Math.Min(from, to); i++)
            Assert.Equal((byte)(i * 31), block[i]);
        NativeMemory.Fill(block, (nuint)to, 1);
        NativeMemoryShim.Free(block, _site);

        block = (byte*)NativeMemoryShim.AlignedAlloc((nuint)from, 64, _site);
        for (int i = 0; i < from; i++)
            block[i] = (byte)(i * 31);
        block = (byte*)NativeMemoryShim.AlignedRealloc(block, (nuint)to, 256, _site);
        Assert.Equal(0UL, (ulong)block & 255);
        for (int i = 0; i < Math.Min(from, to); i++)
            Assert.Equal((byte)(i * 31), block[i]);
        NativeMemoryShim.AlignedFree(block, _site);
        Assert.Empty(RoutedProcess.FindingsAt(_site));
    }

    [Fact]
    public void BlocksOfUnroutedCodeGoToTheRealAllocator()
    {
        ulong foreign = ForeignCalls;
        void* block = NativeMemory.Alloc(100);
        *(long*)block = 42;
        block = NativeMemoryShim.Realloc(block, 100_000, _site);
        Assert.Equal(42, *(long*)block);
        NativeMemoryShim.Free(block, _site);
        block = NativeMemory.AlignedAlloc(100, 64);
        *(long*)block = 43;
        block = NativeMemoryShim.AlignedRealloc(block, 200, 128, _site);
        Assert.Equal(43, *(long*)block);
        NativeMemoryShim.AlignedFree(block, _site);
        Assert.True(ForeignCalls >= foreign + 4);
        Assert.Equal(0UL, RoutedProcess.Site(_site).Allocations);
        Assert.Empty(RoutedProcess.FindingsAt(_site));
    }

    private static ulong ForeignCalls => SessionCounters.ReadHeader(RoutedProcess.Session).ForeignCalls;

    private delegate void* Call();

    /// <summary>Both hand out a block, or both throw the same exception. Answers the shim's block; the blocks are leaked on purpose.</summary>
    private static void* AssertSame(Call original, Call shim)
    {
        (Exception? expected, _) = Run(original);
        (Exception? actual, nint block) = Run(shim);
        Assert.Equal(expected?.GetType(), actual?.GetType());
        Assert.Equal(expected?.Message, actual?.Message);
        Assert.Equal((expected as ArgumentException)?.ParamName, (actual as ArgumentException)?.ParamName);
        if (expected == null)
            Assert.NotEqual(0, block);
        return (void*)block;
    }

    private static (Exception? Exception, nint Block) Run(Call call)
    {
        try
        {
            return (null, (nint)call());
        }
        catch (Exception e) when (e is OutOfMemoryException or ArgumentException)
        {
            return (e, 0);
        }
    }
}
