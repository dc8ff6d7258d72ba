using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using Faultline.Kernel;

namespace Faultline.Benchmarks;

/// <summary>First writes to the pages of a 64 MiB mapping and its unmapping, on the real kernel and on the simulated one; times are per page.</summary>
[ShortRunJob]
public unsafe class FaultBenchmarks
{
    private const int Pages = 16384;
    private const ulong Length = Pages * PageSize.Bytes;
    private Machine? _machine;
    private Process? _process;

    [GlobalSetup(Targets = [nameof(SimulatedOneByOne), nameof(SimulatedRange)])]
    public void Start()
    {
        _machine = new Machine(new MachineOptions());
        _process = _machine.CreateProcess(AddressSpaceLayout.X64);
    }

    [GlobalCleanup(Targets = [nameof(SimulatedOneByOne), nameof(SimulatedRange)])]
    public void Stop() => _machine?.Dispose();

    [Benchmark(Baseline = true, OperationsPerInvoke = Pages)]
    public void Real()
    {
        byte* start = mmap(null, (nuint)Length, 3, 0x22, -1, 0);
        madvise(start, (nuint)Length, 15);
        for (ulong offset = 0; offset < Length; offset += PageSize.Bytes)
            start[offset] = 1;
        munmap(start, (nuint)Length);
    }

    [Benchmark(OperationsPerInvoke = Pages)]
    public void SimulatedOneByOne()
    {
        VirtualAddress start = Map();
        for (ulong offset = 0; offset < Length; offset += PageSize.Bytes)
            _process!.Access(start + offset, AccessKind.Write);
        _process!.Munmap(start, Length);
    }

    [Benchmark(OperationsPerInvoke = Pages)]
    public void SimulatedRange()
    {
        VirtualAddress start = Map();
        _process!.AccessRange(start, Length, AccessKind.Write);
        _process.Munmap(start, Length);
    }

    private VirtualAddress Map() => _process!.Mmap(VirtualAddress.Null, Length, Protection.ReadWrite, MapFlags.Private).Address;

    [DllImport("libc")]
    private static extern byte* mmap(void* address, nuint length, int protection, int flags, int descriptor, nint offset);

    [DllImport("libc")]
    private static extern int munmap(void* address, nuint length);

    [DllImport("libc")]
    private static extern int madvise(void* address, nuint length, int advice);
}
