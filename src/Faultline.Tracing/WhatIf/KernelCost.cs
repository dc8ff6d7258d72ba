using Faultline.Kernel;
using Faultline.Tracing.Replay;

namespace Faultline.Tracing.WhatIf;

// What the kernel does for a program, weighed in nanoseconds. The weights are of one machine; another has others, so that the sum
// ranks settings and predicts no run time. Contention, caches and the program's own work are not in it.

/// <summary>
/// The cost model of kernel time. Source of every figure: KernelCostBenchmarks in tests/Faultline.Benchmarks, the least of 28 iterations
/// of each, since other programs on <see cref="Machine"/> can only add. Rounded to three digits.
/// </summary>
public static class KernelCost
{
    public const string Machine = "Linux 6.18 on two processors of an AMD EPYC of 2.6 GHz under KVM";

    /// <summary>A fault that is served without a frame: entry and exit, the walk, the entry (a read of the shared page of zeros), and its unmapping.</summary>
    public const double FaultNanoseconds = 655;

    /// <summary>A frame on top of that: taken, cleared, charged, and given back at last.</summary>
    public const double FrameNanoseconds = 1170;

    /// <summary>A fault that clears and maps a page of 2 MiB, and its unmapping.</summary>
    public const double HugeFaultNanoseconds = 655;

    /// <summary>Moving the break, up or down, pages not counted.</summary>
    public const double BrkNanoseconds = 1820;

    public const double MmapNanoseconds = 1660;

    public const double MunmapNanoseconds = 1660;

    /// <summary>Moving a mapping to another place.</summary>
    public const double MremapNanoseconds = 2260;

    /// <summary>Splitting off a part of a mapping.</summary>
    public const double MprotectNanoseconds = 840;

    public const double MadviseNanoseconds = 480;

    /// <summary>Nanoseconds of kernel time that a replay's faults and system calls are estimated to take.</summary>
    public static double Estimate(in KernelWork work)
    {
        SystemCallCounts calls = work.Calls;
        return (work.MinorFaults - work.HugeFaults) * FaultNanoseconds
            + work.Frames * FrameNanoseconds
            + work.HugeFaults * HugeFaultNanoseconds
            + calls.Brk * BrkNanoseconds
            + calls.Mmap * MmapNanoseconds
            + calls.Munmap * MunmapNanoseconds
            + calls.Mremap * MremapNanoseconds
            + calls.Mprotect * MprotectNanoseconds
            + calls.Madvise * MadviseNanoseconds;
    }
}
