using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using Faultline.Shim;
using Faultline.Tracing.Session;

namespace Faultline.Benchmarks;

/// <summary>A block above the mmap threshold, every page written, freed.</summary>
[ShortRunJob]
public unsafe class WrittenPairBenchmarks
{
    private const int Site = 1;
    private SessionFile? _session;

    [Params(200 << 10, 40 << 20)]
    public int Size { get; set; }

    [GlobalSetup(Target = nameof(Shim))]
    public void Attach() => _session = BenchmarkSession.Attach();

    [GlobalCleanup(Target = nameof(Shim))]
    public void Detach() => _session?.Dispose();

    [Benchmark(Baseline = true)]
    public void Native()
    {
        byte* block = (byte*)NativeMemory.Alloc((nuint)Size);
        WritePages(block);
        NativeMemory.Free(block);
    }

    [Benchmark]
    public void Shim()
    {
        byte* block = (byte*)NativeMemoryShim.Alloc((nuint)Size, Site);
        WritePages(block);
        NativeMemoryShim.Free(block, Site);
    }

    private void WritePages(byte* block)
    {
        for (int offset = 0; offset < Size; offset += 4096)
            block[offset] = 1;
    }
}
