using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using Faultline.BenchmarkDotNet;

namespace Faultline.BenchmarkDotNet.TestProgram;

/// <summary>Four buffers of 1 MiB, written to: allocated for each operation, or taken from a pool; and one that is forgotten each time.</summary>
[NativeMemoryFaults]
public unsafe class BufferBenchmarks
{
    private const int Buffers = 4;
    private const int Bytes = 1 << 20;
    private readonly byte*[] _pool = new byte*[Buffers];

    /// <summary>Also calls each once, so that the heap's first growth is behind.</summary>
    [GlobalSetup]
    public void Fill()
    {
        for (int i = 0; i < Buffers; i++)
            _pool[i] = (byte*)NativeMemory.Alloc(Bytes);
        Pooled();
        Console.WriteLine($"routed: {FaultlineSession.IsRouted}");
    }

    [Benchmark]
    public void Naive()
    {
        byte** buffers = stackalloc byte*[Buffers];
        for (int i = 0; i < Buffers; i++)
        {
            buffers[i] = (byte*)NativeMemory.Alloc(Bytes);
            Write(buffers[i]);
        }

        for (int i = Buffers - 1; i >= 0; i--)
            NativeMemory.Free(buffers[i]);
    }

    [Benchmark]
    public void Pooled()
    {
        for (int i = 0; i < Buffers; i++)
            Write(_pool[i]);
    }

    [Benchmark]
    public void Forgetful() => NativeMemory.Alloc(Bytes);

    private static void Write(byte* buffer)
    {
        for (int at = 0; at < Bytes; at += 4096)
            buffer[at]++;
    }
}
