using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;

namespace Faultline.Benchmarks;

/// <summary>
/// What single faults and system calls cost on this machine's kernel: where the weights of Faultline.Tracing's KernelCost come from.
/// Times are per page, per huge page, or per call. A frame is <see cref="Write"/> less <see cref="ReadZeroPage"/>.
/// </summary>
[SimpleJob(warmupCount: 3, iterationCount: 25), MinColumn, MedianColumn]
public unsafe class KernelCostBenchmarks
{
    private const nuint Page = 4096;
    private const int Pages = 16384;
    private const nuint Length = Pages * Page;
    private const nuint HugePage = 2 << 20;
    private const int HugePages = 64;
    private const int Calls = 1000;
    private const int ReadWrite = 3, ReadOnly = 1, PrivateAnonymous = 0x22, NoReserve = 0x4000;
    private const int DontNeed = 4, HugePageAdvice = 14, NoHugePage = 15;
    private const int MayMove = 1;

    private byte* _area;

    [GlobalSetup]
    public void Start() => _area = Map(Length, NoHugePage);

    [GlobalCleanup]
    public void Stop() => munmap(_area, Length);

    /// <summary>Every page of a fresh mapping is read, then the mapping goes.</summary>
    [Benchmark(OperationsPerInvoke = Pages)]
    public int ReadZeroPage()
    {
        byte* start = Map(Length, NoHugePage);
        int sum = 0;
        for (nuint at = 0; at < Length; at += Page)
            sum += Volatile.Read(ref start[at]);
        munmap(start, Length);
        return sum;
    }

    /// <summary>Every page of a fresh mapping is written, then the mapping goes.</summary>
    [Benchmark(OperationsPerInvoke = Pages)]
    public void Write()
    {
        byte* start = Map(Length, NoHugePage);
        for (nuint at = 0; at < Length; at += Page)
            start[at] = 1;
        munmap(start, Length);
    }

    [Benchmark(OperationsPerInvoke = HugePages)]
    public void WriteHuge()
    {
        byte* start = Map(HugePage * (HugePages + 1), HugePageAdvice);
        byte* aligned = (byte*)(((nuint)start + HugePage - 1) & ~(HugePage - 1));
        for (int i = 0; i < HugePages; i++)
            aligned[(nuint)i * HugePage] = 1;
        munmap(start, HugePage * (HugePages + 1));
    }

    /// <summary>Up and down by 132 KiB, as malloc does it; nothing is touched.</summary>
    [Benchmark(OperationsPerInvoke = 2 * Calls)]
    public void Brk()
    {
        for (int i = 0; i < Calls; i++)
        {
            sbrk(132 << 10);
            sbrk(-(132 << 10));
        }
    }

    [Benchmark(OperationsPerInvoke = 2 * Calls)]
    public void MmapAndMunmap()
    {
        for (int i = 0; i < Calls; i++)
            munmap(Map(256 << 10, 0), 256 << 10);
    }

    /// <summary>Growing a mapping that cannot grow where it is, and shrinking it.</summary>
    [Benchmark(OperationsPerInvoke = 2 * Calls)]
    public void Mremap()
    {
        byte* at = Map(256 << 10, 0);
        for (int i = 0; i < Calls; i++)
        {
            at = mremap(at, 256 << 10, 512 << 10, MayMove);
            at = mremap(at, 512 << 10, 256 << 10, MayMove);
        }

        munmap(at, 256 << 10);
    }

    /// <summary>A heap that grows page by page: the border between its two areas moves.</summary>
    [Benchmark(OperationsPerInvoke = Calls)]
    public void Mprotect()
    {
        byte* start = mmap(null, (nuint)Calls * Page, ReadOnly, PrivateAnonymous | NoReserve, -1, 0);
        for (int i = 0; i < Calls; i++)
            mprotect(start + (nuint)i * Page, Page, ReadWrite);
        munmap(start, (nuint)Calls * Page);
    }

    [Benchmark(OperationsPerInvoke = Calls)]
    public void MadviseDontNeed()
    {
        for (int i = 0; i < Calls; i++)
            madvise(_area, 64 << 10, DontNeed);
    }

    private static byte* Map(nuint length, int advice)
    {
        byte* start = mmap(null, length, ReadWrite, PrivateAnonymous, -1, 0);
        if ((nint)start == -1)
            throw new OutOfMemoryException();
        if (advice != 0)
            madvise(start, length, advice);
        return start;
    }

    [DllImport("libc")]
    private static extern byte* mmap(void* address, nuint length, int protection, int flags, int descriptor, nint offset);

    [DllImport("libc")]
    private static extern int munmap(void* address, nuint length);

    [DllImport("libc")]
    private static extern byte* mremap(void* address, nuint oldLength, nuint newLength, int flags);

    [DllImport("libc")]
    private static extern int mprotect(void* address, nuint length, int protection);

    [DllImport("libc")]
    private static extern int madvise(void* address, nuint length, int advice);

    [DllImport("libc")]
    private static extern void* sbrk(nint delta);
}
