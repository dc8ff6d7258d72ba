using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using Faultline.Shim;
using Faultline.Tracing.Session;

namespace Faultline.Benchmarks;

/// <summary>An allocation and its free, through .NET and through the shim with everything on: model, counters, guards, observer.</summary>
[ShortRunJob]
public unsafe class PairBenchmarks
{
    private const int Site = 1;
    private SessionFile? _session;

    [Params(64, 1024)]
    public int Size { get; set; }

    [GlobalSetup(Target = nameof(Shim))]
    public void Attach() => _session = BenchmarkSession.Attach();

    [GlobalCleanup(Target = nameof(Shim))]
    public void Detach() => _session?.Dispose();

    [Benchmark(Baseline = true)]
    public void Native() => NativeMemory.Free(NativeMemory.Alloc((nuint)Size));

    [Benchmark]
    public void Shim() => NativeMemoryShim.Free(NativeMemoryShim.Alloc((nuint)Size, Site), Site);
}
