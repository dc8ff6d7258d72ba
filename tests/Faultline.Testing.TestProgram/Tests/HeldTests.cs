using System.Runtime.InteropServices;
using Xunit;

namespace Faultline.Testing.TestProgram.Tests;

public unsafe class HeldTests
{
    private const nuint MiB = 1 << 20;

    [Fact]
    [LimitNativeMemory("24 MB")]
    public void HoldsTwoBuffers()
    {
        void* all = NativeMemory.Alloc(20 * MiB);
        void* small = NativeMemory.Alloc(100);
        void* more = NativeMemory.Alloc(12 * MiB);
        NativeMemory.Free(more);
        NativeMemory.Free(small);
        NativeMemory.Free(all);
    }

    /// <summary>32 MiB altogether, 16 MiB at once.</summary>
    [Fact]
    [LimitNativeMemory("16 MB")]
    public void HoldsOneAfterTheOther()
    {
        for (int round = 0; round < 2; round++)
            NativeMemory.Free(NativeMemory.Realloc(NativeMemory.Alloc(8 * MiB), 16 * MiB));
    }

    /// <summary>Four threads hold one each.</summary>
    [Fact]
    [LimitNativeMemory("3 MB")]
    public void HoldsInThreads()
    {
        using Barrier all = new(4);
        Thread[] threads = [.. Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            void* block = NativeMemory.Alloc(MiB);
            all.SignalAndWait();
            NativeMemory.Free(block);
        }))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
    }
}
