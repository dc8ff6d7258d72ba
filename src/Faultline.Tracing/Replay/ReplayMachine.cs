using Faultline.Kernel;
using Faultline.Libc;
using Faultline.Tracing.Events;

namespace Faultline.Tracing.Replay;

// The address space of a replay is the recorded one where the trace has its ends, so that blocks come to lie where they lay. Otherwise it
// is that of a transcript, so that the two take the same faults:
//
//   HeapBase (64 MiB aligned) ─▶ brk …            2 TiB            … mmap ◀─ Floor (1 GiB aligned)

/// <summary>A simulated machine with one process, its allocator, and the books about who pays for its pages.</summary>
internal sealed class ReplayMachine : IDisposable
{
    private const ulong HeapBase = 0x5554_0000_0000;
    private const ulong Floor = HeapBase + (2UL << 40);
    private const ulong SmallestSpace = 64UL << 20;
    private const ulong LastAddress = 1UL << 47;

    private readonly Machine _machine;
    private readonly ChunkShadow _shadow;
    private readonly ulong _framesAtStart;

    /// <param name="trace">Has the recorded address space, or has not.</param>
    /// <param name="options">The machine and malloc's settings.</param>
    /// <param name="image">
    /// What the process has mapped at its start, outside of the recorded space. Throws <see cref="ArgumentException"/> where that cannot be mapped; null: nothing.
    /// </param>
    public ReplayMachine(TraceMetadata trace, ReplayOptions options, MapsImage? image = null)
    {
        _machine = new Machine(options.MachineFor(trace));
        HasRecordedSpace = IsPossible(trace);
        ulong start = HasRecordedSpace ? trace.HeapStart : HeapBase, end = HasRecordedSpace ? trace.MmapTop : Floor;
        _shadow = new ChunkShadow(new(start), end - start);
        Owners = new PageOwners(start, end);
        // Nobody kills process 1: where memory can run out, the program must be another.
        MemoryCgroup? group = options.MemoryLimitBytes is { } limit ? _machine.CreateCgroup("limit", limit) : null;
        if (group != null || options.SwapBytes > 0)
            _machine.CreateProcess(AddressSpaceLayout.X64).Task.Comm = "init";
        AddressSpaceLayout layout = new()
        {
            BrkStart = new(start),
            BrkLimit = trace.HeapRoom == 0 || trace.HeapRoom >= end - start ? null : new(PageSize.Up(start + trace.HeapRoom) + PageSize.Bytes),
            MmapBase = new(end),
            MmapMin = new(start),
        };
        Process process = image == null ? _machine.CreateProcess(layout, group) : Spawn(image, layout, group);
        process.Task.Comm = "program";
        LibcProfile libc = options.LibcFor(trace);
        _framesAtStart = KernelWork.AllocatedFrames(_machine);
        Charged = new ChargedProcess(process, Owners, Sites);
        Malloc = new Malloc<ReplayProcess>(new ReplayProcess(Charged), _shadow, new MallocOptions
        {
            OnlineCpus = _machine.Options.Cpus,
            // A program under watch has the runtime's threads from its first call on.
            MultiThreaded = HasRecordedSpace,
            Profile = libc,
            Tunables = MallocTunables.Parse(options.TunablesFor(trace), libc),
        });
    }

    /// <summary>What the kernel has done for the process so far.</summary>
    public KernelWork Work => KernelWork.Of(_machine, Charged.Process, _framesAtStart);

    public Machine Machine => _machine;

    public MachineOptions Options => _machine.Options;

    /// <summary>The heap starts, and mappings end, where they did in the recorded process.</summary>
    public bool HasRecordedSpace { get; }

    public IReadOnlyList<ZoneInfo> Zones => _machine.Zones;

    public SiteTally Sites { get; } = new();

    public PageOwners Owners { get; }

    public ChargedProcess Charged { get; }

    public Malloc<ReplayProcess> Malloc { get; }

    /// <summary>The trace says where the heap started and where mappings ended.</summary>
    public static bool IsPossible(TraceMetadata trace)
        => trace is { TrueAddresses: true, HeapStart: > 0, MmapTop: < LastAddress }
            && trace.MmapTop > trace.HeapStart && trace.MmapTop - trace.HeapStart is >= SmallestSpace and <= Floor - HeapBase
            && ((trace.HeapStart | trace.MmapTop) & PageSize.Mask) == 0;

    private Process Spawn(MapsImage image, AddressSpaceLayout layout, MemoryCgroup? group)
    {
        try
        {
            return _machine.Spawn(image, group, layout);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Owners.Dispose();
        _shadow.Dispose();
        _machine.Dispose();
    }
}
