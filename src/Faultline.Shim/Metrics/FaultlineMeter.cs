using System.Diagnostics.Metrics;
using Faultline.Shim.Host;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Metrics;

/// <summary>
/// The meter "Faultline": what dotnet-counters, dotnet-trace and OpenTelemetry's exporters show of a program under watch. Names are those of OpenTelemetry's semantic
/// conventions where they have one. Each value says by the tag faultline.simulated whether it is of the simulated machine (true) or was observed (false).
/// </summary>
/// <remarks>
/// Instruments are observable: nothing is done until somebody asks, and then counters are read where they stand. What the simulated kernel counts is that of the last snapshot,
/// some tenths of a second old.
/// </remarks>
internal sealed class FaultlineMeter : IDisposable
{
    public const string Name = "Faultline";

    public const string SimulatedTag = "faultline.simulated";
    public const string FaultTypeTag = "system.paging.fault.type";
    public const string CallTag = "faultline.system_call";

    private const long PageBytes = 4096;

    private static FaultlineMeter? s_process;

    private readonly Meter _meter = new(Name, typeof(FaultlineMeter).Assembly.GetName().Version?.ToString(3));
    private readonly SessionFile _session;

    public FaultlineMeter(SessionFile session)
    {
        _session = session;
        _meter.CreateObservableCounter("process.paging.faults", Faults, "{fault}", "Page faults of the process.");
        _meter.CreateObservableUpDownCounter("process.memory.usage", () => Both(snapshot => snapshot.ResidentPages, RealProcess.Read().ResidentPages), "By", "Memory that is resident.");
        _meter.CreateObservableUpDownCounter("process.memory.virtual", () => Both(snapshot => snapshot.VirtualPages, RealProcess.Read().VirtualPages), "By", "Address space that is mapped.");
        _meter.CreateObservableCounter("faultline.calls", () => Observed(total => total.Calls), "{call}", "Calls to native memory functions that were routed.");
        _meter.CreateObservableCounter("faultline.blocks", () => Observed(total => total.Allocations), "{block}", "Blocks handed out.");
        _meter.CreateObservableCounter("faultline.requested", () => Observed(total => total.RequestedBytes), "By", "Bytes asked for.");
        _meter.CreateObservableCounter("faultline.failures", () => Observed(total => total.Failures), "{call}", "Allocations that failed.");
        _meter.CreateObservableUpDownCounter("faultline.live.blocks", () => Observed(total => total.Allocations - total.Released), "{block}", "Blocks that were not given back.");
        _meter.CreateObservableUpDownCounter("faultline.live.bytes", () => Observed(total => total.RequestedBytes - total.ReleasedRequestedBytes), "By", "Bytes asked for and not given back.");
        _meter.CreateObservableUpDownCounter("faultline.heap.free", () => Simulated(snapshot => (long)snapshot.FreeBytes), "By", "Bytes of glibc's heaps that no block holds.");
        _meter.CreateObservableUpDownCounter("faultline.heap.stranded", () => Simulated(snapshot => (long)snapshot.StrandedPages * PageBytes), "By", "Resident heap pages of which live blocks use less than a quarter.");
        _meter.CreateObservableCounter("faultline.system_calls", SystemCalls, "{call}", "System calls for memory.");
    }

    /// <summary>
    /// Makes the process's meter, on a thread of its own: it loads an assembly, and calls whoever listens for new instruments, which is the program's code and may do anything.
    /// </summary>
    public static void Start(SessionFile session)
    {
        Thread thread = new(() => Make(session), maxStackSize: 256 * 1024) { IsBackground = true, Name = "Faultline meter" };
        thread.UnsafeStart();
    }

    /// <summary>Whether an instrument is one of these: a process may have other meters of the name.</summary>
    public bool Owns(Instrument instrument) => instrument.Meter == _meter;

    public void Dispose() => _meter.Dispose();

    private static void Make(SessionFile session)
    {
        try
        {
            s_process = new FaultlineMeter(session);
        }
        catch (Exception failure)
        {
            SessionNotes.Append(session, "metrics", $"there is no meter, or not all of it: {failure.Message}");
        }
    }

    private IEnumerable<Measurement<long>> Faults()
    {
        if (SessionSnapshots.TryRead(_session, out SnapshotRecord snapshot))
        {
            yield return Measured((long)snapshot.MinorFaults, simulated: true, FaultTypeTag, "minor");
            yield return Measured((long)snapshot.MajorFaults, simulated: true, FaultTypeTag, "major");
        }

        (ulong minor, ulong major) = RealFaults();
        yield return Measured((long)minor, simulated: false, FaultTypeTag, "minor");
        yield return Measured((long)major, simulated: false, FaultTypeTag, "major");
    }

    private IEnumerable<Measurement<long>> SystemCalls()
    {
        if (!SessionSnapshots.TryRead(_session, out SnapshotRecord snapshot))
            yield break;
        yield return Measured((long)snapshot.BrkCalls, simulated: true, CallTag, "brk");
        yield return Measured((long)snapshot.MmapCalls, simulated: true, CallTag, "mmap");
        yield return Measured((long)snapshot.MunmapCalls, simulated: true, CallTag, "munmap");
        yield return Measured((long)snapshot.MremapCalls, simulated: true, CallTag, "mremap");
        yield return Measured((long)snapshot.MadviseCalls, simulated: true, CallTag, "madvise");
    }

    /// <summary>Pages of the simulated process and of the real one, as bytes.</summary>
    private IEnumerable<Measurement<long>> Both(Func<SnapshotRecord, ulong> pages, ulong realPages)
    {
        foreach (Measurement<long> simulated in Simulated(snapshot => (long)pages(snapshot) * PageBytes))
            yield return simulated;
        yield return Measured((long)realPages * PageBytes, simulated: false);
    }

    /// <summary>Nothing before the first snapshot.</summary>
    private IEnumerable<Measurement<long>> Simulated(Func<SnapshotRecord, long> of)
        => SessionSnapshots.TryRead(_session, out SnapshotRecord snapshot) ? [Measured(of(snapshot), simulated: true)] : [];

    private IEnumerable<Measurement<long>> Observed(Func<SiteCounters, ulong> of) => [Measured((long)of(SessionCounters.Total(_session)), simulated: false)];

    private static (ulong Minor, ulong Major) RealFaults()
    {
        RealProcess process = RealProcess.Read();
        return (process.MinorFaults, process.MajorFaults);
    }

    private static Measurement<long> Measured(long value, bool simulated) => new(value, new KeyValuePair<string, object?>(SimulatedTag, simulated));

    private static Measurement<long> Measured(long value, bool simulated, string tag, string word)
        => new(value, new KeyValuePair<string, object?>(SimulatedTag, simulated), new KeyValuePair<string, object?>(tag, word));
}
