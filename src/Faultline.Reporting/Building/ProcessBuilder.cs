using Faultline.Tracing.Session;
using static Faultline.Reporting.Quantity;

namespace Faultline.Reporting;

/// <summary>The simulated process beside the real one, in top(1)'s columns.</summary>
internal static class ProcessBuilder
{
    private const ulong KibPerPage = 4;

    private const string Alone = "The simulated process has the trace's blocks and nothing else; no program ran beside it.";

    public static ProcessFigures Build(in SnapshotRecord s, in SessionHeader header, RunFacts run) => new(
        Line(s.VirtualPages, s.ResidentPages, s.SharedPages, header.RamBytes, s.MinorFaults, s.MajorFaults),
        run.Replay != null ? null
            : Line(s.RealVirtualPages, s.RealResidentPages, s.RealSharedPages, run.HostRamBytes, s.RealMinorFaults, s.RealMajorFaults),
        s.RealArenaPages,
        run.Replay != null ? Alone : Difference(s, header.ArenaLength));

    public static ProcessTotals Totals(in SnapshotRecord s, in Amounts sites) => new(
        s.MinorFaults,
        s.MajorFaults,
        s.AllocatorFaults,
        (long)s.MinorFaults - (long)(sites.MinorFaults + s.AllocatorFaults),
        s.ResidentPages,
        s.PeakResidentPages,
        s.UnbackedPages);

    public static KernelCalls SystemCalls(in SnapshotRecord s)
        => new(s.BrkCalls, s.MmapCalls, s.MunmapCalls, s.MremapCalls, s.MadviseCalls);

    private static TopLine Line(ulong virt, ulong res, ulong shr, ulong ramBytes, ulong minor, ulong major) => new(
        virt * KibPerPage,
        res * KibPerPage,
        shr * KibPerPage,
        ramBytes == 0 ? null : Share(res * KibPerPage * 1024, ramBytes),
        minor,
        major);

    private static string Difference(in SnapshotRecord s, ulong arenaLength)
        => "The simulated process has the routed blocks and nothing else. "
            + $"Of the real one's RES, {Bytes(s.RealArenaPages * 4096)} are the routed blocks; the rest is the .NET runtime, the GC heap, "
            + "compiled code, native code that is not routed, and Faultline itself, "
            + $"and its VIRT is mostly addresses that Faultline reserves for blocks ({Bytes(arenaLength)}) and for its tables about them.";
}
