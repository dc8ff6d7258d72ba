using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using Faultline.Shim;
using Faultline.Tracing.Session;

namespace Faultline.Benchmarks;

/// <summary>
/// A block above the mmap threshold, written, freed. Filled, as a buffer is; and with one byte a page, where next to nothing
/// but the allocator's and the shim's work is left.
/// </summary>
[ShortRunJob]
public unsafe class WrittenPairBenchmarks
{
    private const int Site = 1;
    private SessionFile? _session;

    [Params(200 << 10, 40 << 20)]
    public int Size { get; set; }

    [Params(true, false)]
    public bool Filled { get; set; }

    [GlobalSetup(Target = nameof(Shim))]
    public void Attach() => _session = BenchmarkSession.Attach();

    [GlobalCleanup(Target = nameof(Shim))]
    public void Detach() => _session?.Dispose();

    [Benchmark(Baseline = true)]
    public void Native()
    {
        byte* block = (byte*)NativeMemory.Alloc((nuint)Size);
        Write(block);
        NativeMemory.Free(block);
    }

    [Benchmark]
    public void Shim()
    {
        byte* block = (byte*)NativeMemoryShim.Alloc((nuint)Size, Site);
        Write(block);
        NativeMemoryShim.Free(block, Site);
    }

    private void Write(byte* block)
    {
        if (Filled)
        {
            new Span<byte>(block, Size).Fill(1);
            return;
        }

        for (int offset = 0; offset < Size; offset += 4096)
            block[offset] = 1;
    }
}
