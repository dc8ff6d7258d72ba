using System.Runtime.InteropServices;
using Faultline.Shim.Tests.Support;

namespace Faultline.Shim.Tests.Facades;

/// <summary>The C library's facade beside the original: answers and errno.</summary>
public unsafe class LibcShimTests
{
    private const int ENOMEM = 12;
    private const int EINVAL = 22;
    private readonly int _site = RoutedProcess.NextSite();

    [Fact]
    public void WhatCannotBeHadIsNullAndENOMEM()
    {
        Assert.Equal(ENOMEM, ErrnoOf(() => LibcShim.malloc(nuint.MaxValue, _site)));
        Assert.Equal(ENOMEM, ErrnoOf(() => LibcShim.calloc(nuint.MaxValue, 2, _site)));
        Assert.Equal(ENOMEM, ErrnoOf(() => LibcShim.realloc(null, nuint.MaxValue - 100, _site)));
        Assert.Equal(ENOMEM, ErrnoOf(() => LibcShim.memalign(64, nuint.MaxValue - 100, _site)));
        Assert.Equal(EINVAL, ErrnoOf(() => LibcShim.memalign(((nuint)1 << 63) + 1, 10, _site)));
        Assert.Equal(5UL, RoutedProcess.Site(_site).Failures);
    }

    [Fact]
    public void AFailedReallocLeavesTheBlock()
    {
        byte* block = (byte*)LibcShim.malloc(100, _site);
        block[99] = 5;
        Assert.Equal(ENOMEM, ErrnoOf(() => LibcShim.realloc(block, nuint.MaxValue / 2, _site)));
        Assert.Equal(5, block[99]);
        LibcShim.free(block, _site);
        Assert.Empty(RoutedProcess.FindingsAt(_site));
        Assert.Equal(1UL, RoutedProcess.Site(_site).Released);
    }

    [Fact]
    public void ReallocOfNothingAndToNothing()
    {
        void* block = LibcShim.realloc(null, 0, _site);
        Assert.True(block != null);
        Assert.True(LibcShim.realloc(block, 0, _site) == null);
        LibcShim.free(null, _site);
        Assert.Equal(3UL, RoutedProcess.Site(_site).Calls);
        Assert.Equal(1UL, RoutedProcess.Site(_site).Released);
    }

    [Fact]
    public void PosixMemalignTellsByItsAnswer()
    {
        void* block = (void*)0x1234;
        Assert.Equal(EINVAL, LibcShim.posix_memalign(&block, 4, 100, _site));
        Assert.Equal(EINVAL, LibcShim.posix_memalign(&block, 24, 100, _site));
        Assert.Equal(ENOMEM, LibcShim.posix_memalign(&block, 64, nuint.MaxValue - 1000, _site));
        Assert.Equal(0x1234, (nint)block);
        Assert.Equal(0, LibcShim.posix_memalign(&block, 4096, 100, _site));
        Assert.Equal(0, (nint)block & 4095);
        LibcShim.free(block, _site);
        block = LibcShim.aligned_alloc(48, 100, _site);
        Assert.Equal(0, (nint)block & 63);
        LibcShim.free(block, _site);
        Assert.Equal(7UL, RoutedProcess.Site(_site).Calls);
    }

    [Fact]
    public void UsableSizes()
    {
        foreach (nuint size in new nuint[] { 0, 1, 24, 25, 1000, 4096, 131048 })
        {
            void* real = NativeMemory.Alloc(size);
            void* block = LibcShim.malloc(size, _site);
            // A remainder of 16 bytes is too small to be cut off.
            Assert.InRange((long)LibcShim.malloc_usable_size(block, _site) - (long)malloc_usable_size(real), -16, 16);
            Assert.Equal(malloc_usable_size(real), LibcShim.malloc_usable_size(real, _site));
            LibcShim.free(block, _site);
            LibcShim.free(real, _site);
        }

        Assert.Equal(0u, LibcShim.malloc_usable_size(null, _site));
        Assert.Empty(RoutedProcess.FindingsAt(_site));
    }

    private delegate void* Call();

    private static int ErrnoOf(Call call)
    {
        Marshal.SetLastSystemError(0);
        void* answer = call();
        int error = Marshal.GetLastSystemError();
        Assert.True(answer == null);
        return error;
    }

    [DllImport("libc")]
    private static extern nuint malloc_usable_size(void* block);
}
