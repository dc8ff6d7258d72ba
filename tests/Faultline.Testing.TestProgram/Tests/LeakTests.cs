using System.Runtime.InteropServices;
using Xunit;

namespace Faultline.Testing.TestProgram.Tests;

public class LeakTests
{
    private const int Rounds = 10;

    [Fact]
    [LimitNativeLeaks("1 KB")]
    public unsafe void Grows()
    {
        for (int round = 0; round < Rounds; round++)
        {
            byte* line = (byte*)NativeMemory.Alloc(1024);
            new Span<byte>(line, 1024).Fill(1);
            if (round % 5 < 3)
                NativeMemory.Free(line);
        }

        NativeMemory.Alloc(16);
    }

    [Fact]
    [LimitNativeLeaks("1 KB")]
    public void IsKeptOnce() => Cache.Fill();

    [Fact]
    [LimitNativeLeaks("0 B")]
    public unsafe void FreesAll() => NativeMemory.Free(NativeMemory.Alloc(5000));

    /// <summary>By another thread, of the test's own.</summary>
    [Fact]
    [LimitNativeLeaks("0 B")]
    public async Task LeaksInATask()
    {
        await Task.Yield();
        await Task.Run(() => Cache.Fill());
    }

    /// <summary>Its finalizer frees the block.</summary>
    [Fact]
    [LimitNativeLeaks("0 B")]
    public void LeavesItToTheFinalizer() => Finalized.Drop();

    [Fact]
    [LimitNativeLeaks("24")]
    public void HasNoUnit()
    {
    }

    [Theory]
    [InlineData(100)]
    [InlineData(5000)]
    [LimitNativeLeaks("1 KB")]
    public unsafe void OfEachRow(int bytes) => NativeMemory.Alloc((nuint)bytes);
}

internal static unsafe class Cache
{
    public static void Fill() => NativeMemory.Alloc(4096);
}

internal sealed unsafe class Finalized
{
    private readonly void* _block = NativeMemory.Alloc(300);

    ~Finalized() => NativeMemory.Free(_block);

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    public static void Drop() => GC.KeepAlive(new Finalized());
}
