using Faultline.Kernel;
using Faultline.Libc;
using Faultline.Tracing.Text;

namespace Faultline.Tracing.Transcripts;

// The address space of a text trace's replay: places are given relative to two fixed points, as the oracle arranges them in the
// real process.
//
//   HeapBase (64 MiB aligned) ─▶ brk …            1 TiB            … mmap ◀─ Floor (1 GiB aligned), everything above it taken

/// <summary>A simulated machine with one process and its allocator, ready to carry out a text trace's operations.</summary>
/// <typeparam name="TProcess">How the allocator sees the process: bare, or written down.</typeparam>
internal class TraceMachine<TProcess> : IDisposable
    where TProcess : struct, ISystemCalls, IMemoryAccess
{
    public const ulong HeapBase = 0x5554_0000_0000;
    public const ulong Floor = HeapBase + (2UL << 40);

    /// <summary>More than any single mapping of a trace that is meant to succeed.</summary>
    private const ulong RamBytes = 64UL << 30;

    private readonly Machine _machine;
    private readonly ChunkShadow _shadow;
    private ulong _none;

    /// <param name="trace">Its limits and tunables.</param>
    /// <param name="view">The process as the allocator sees it.</param>
    /// <param name="profile">The glibc.</param>
    /// <param name="consulted">Told of files that glibc would open.</param>
    protected TraceMachine(TextTrace trace, Func<Process, TProcess> view, LibcProfile profile, Action<ConsultedFile>? consulted)
    {
        _machine = new Machine(new MachineOptions { RamBytes = RamBytes });
        Process = _machine.CreateProcess(new AddressSpaceLayout
        {
            BrkStart = new(HeapBase),
            BrkLimit = trace.BrkLimit == 0 ? null : new(PageSize.Up(HeapBase + trace.BrkLimit) + PageSize.Bytes),
            MmapBase = new(Floor),
            MmapMin = new(HeapBase),
        });
        _shadow = new ChunkShadow(new(HeapBase), Floor - HeapBase);
        Malloc = new Malloc<TProcess>(view(Process), _shadow, new MallocOptions
        {
            OnlineCpus = _machine.Options.Cpus,
            Profile = profile,
            Tunables = MallocTunables.Parse(trace.Tunables, profile),
            Consulted = consulted,
        });
        Blocks = new ulong[trace.BlockCount];
    }

    public Process Process { get; }

    public Malloc<TProcess> Malloc { get; }

    /// <summary>The pointer of each of the trace's blocks, 0 where there is none.</summary>
    public ulong[] Blocks { get; }

    /// <summary>
    /// Carries out an operation on a block or on the process; threads are the multi-threaded transcript's business. Answers the new
    /// pointer or the return value.
    /// </summary>
    public ulong Apply(in TraceOperation operation, MallocThread thread)
    {
        ref ulong block = ref Blocks.Length == 0 ? ref _none : ref Blocks[operation.Block];
        switch (operation.Action)
        {
            case TraceAction.Malloc:
                return block = Malloc.Allocate(thread, operation.A);
            case TraceAction.Calloc:
                return block = Malloc.Calloc(thread, operation.A, operation.B);
            case TraceAction.Memalign:
                return block = Malloc.AlignedAllocate(thread, operation.A, operation.B);
            case TraceAction.Realloc:
                ulong moved = Malloc.Reallocate(thread, block, operation.A);
                if (moved != 0 || operation.A == 0)
                    block = moved;
                return moved;
            case TraceAction.Free:
                Malloc.Free(thread, block);
                return block = 0;
            case TraceAction.TouchWrite or TraceAction.TouchRead:
                AccessKind kind = operation.Action == TraceAction.TouchRead ? AccessKind.Read : AccessKind.Write;
                if (block != 0)
                    Process.AccessRange(new(block + operation.A), operation.B, kind);
                return 0;
            case TraceAction.Trim:
                return Malloc.Trim(0) ? 1UL : 0;
            case TraceAction.Mallopt:
                return (ulong)Malloc.Mallopt((MalloptParameter)(int)operation.A, (int)operation.B);
            case TraceAction.MoveBreak:
                MoveBreak((long)operation.A);
                return 0;
            default:
                return 0;
        }
    }

    /// <summary>sbrk by the program, through the C library: nothing for 0, no call where the sum wraps.</summary>
    private void MoveBreak(long delta)
    {
        ulong old = Process.CurrentBreak.Value, wanted = old + (ulong)delta;
        if (delta != 0 && delta > 0 == wanted > old)
            Malloc.Process.Brk(new(wanted));
    }

    public void Dispose()
    {
        _shadow.Dispose();
        _machine.Dispose();
    }
}
