using Faultline.Kernel;
using Faultline.Libc;
using Faultline.Tracing.Events;

namespace Faultline.Tracing.Replay;

// The address space of a replay is that of a transcript, so that the two take the same faults:
//
//   HeapBase (64 MiB aligned) ─▶ brk …            2 TiB            … mmap ◀─ Floor (1 GiB aligned)

/// <summary>A simulated machine with one process, its allocator, and the books about who pays for its pages.</summary>
internal sealed class ReplayMachine : IDisposable
{
    private const ulong HeapBase = 0x5554_0000_0000;
    private const ulong Floor = HeapBase + (2UL << 40);

    private readonly Machine _machine;
    private readonly ChunkShadow _shadow;
    private readonly ulong _framesAtStart;

    public ReplayMachine(TraceMetadata trace, ReplayOptions options)
    {
        _machine = new Machine(options.MachineFor(trace));
        _shadow = new ChunkShadow(new(HeapBase), Floor - HeapBase);
        Owners = new PageOwners(HeapBase, Floor);
        Process process = _machine.CreateProcess(new AddressSpaceLayout
        {
            BrkStart = new(HeapBase),
            BrkLimit = trace.HeapRoom is 0 or >= Floor - HeapBase ? null : new(PageSize.Up(HeapBase + trace.HeapRoom) + PageSize.Bytes),
            MmapBase = new(Floor),
            MmapMin = new(HeapBase),
        });
        _framesAtStart = KernelWork.AllocatedFrames(_machine);
        Charged = new ChargedProcess(process, Owners, Sites);
        Malloc = new Malloc<ReplayProcess>(new ReplayProcess(Charged), _shadow, new MallocOptions
        {
            OnlineCpus = _machine.Options.Cpus,
            Tunables = MallocTunables.Parse(options.TunablesFor(trace)),
        });
    }

    /// <summary>What the kernel has done for the process so far.</summary>
    public KernelWork Work => KernelWork.Of(_machine, Charged.Process, _framesAtStart);

    public MachineOptions Options => _machine.Options;

    public IReadOnlyList<ZoneInfo> Zones => _machine.Zones;

    public SiteTally Sites { get; } = new();

    public PageOwners Owners { get; }

    public ChargedProcess Charged { get; }

    public Malloc<ReplayProcess> Malloc { get; }

    public void Dispose()
    {
        Owners.Dispose();
        _shadow.Dispose();
        _machine.Dispose();
    }
}
