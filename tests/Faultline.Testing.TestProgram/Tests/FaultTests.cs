using System.Runtime.InteropServices;
using Xunit;

namespace Faultline.Testing.TestProgram.Tests;

public unsafe class FaultTests
{
    [Fact]
    [LimitFaults(100)]
    public void TouchesMany() => Touch(pages: 200);

    [Fact]
    [LimitFaults(100)]
    public void TouchesFew() => Touch(pages: 50);

    [Fact]
    [LimitFaults(100)]
    [LimitNativeMemory("64 KB")]
    [LimitNativeLeaks("64 KB")]
    public void BreaksAll()
    {
        for (int round = 0; round < 2; round++)
            Fill((byte*)NativeMemory.Alloc(64 * 4096), 64);
    }

    private static void Touch(int pages)
    {
        byte* block = (byte*)NativeMemory.Alloc((nuint)pages * 4096);
        Fill(block, pages);
        NativeMemory.Free(block);
    }

    private static void Fill(byte* block, int pages)
    {
        for (int page = 0; page < pages; page++)
            block[page * 4096] = 1;
    }
}
