using Faultline.Kernel;
using Faultline.Libc;
using Faultline.Tracing.Text;

namespace Faultline.Tracing.Transcripts;

// The address space of a transcript: places are given relative to two fixed points, as the oracle arranges them in the
// real process.
//
//   HeapBase (64 MiB aligned) ─▶ brk …            1 TiB            … mmap ◀─ Floor (1 GiB aligned), everything above it taken

/// <summary>A simulated machine with one process and its allocator, ready to replay a trace.</summary>
internal sealed class TranscriptMachine : IDisposable
{
    public const ulong HeapBase = 0x5554_0000_0000;
    public const ulong Floor = HeapBase + (2UL << 40);

    /// <summary>Addresses from here on are mappings, not brk memory.</summary>
    private const ulong HighestHeap = HeapBase + (1UL << 40);

    /// <summary>More than any single mapping of a trace that is meant to succeed.</summary>
    private const ulong RamBytes = 64UL << 30;

    private readonly Machine _machine;
    private readonly ChunkShadow _shadow;

    public TranscriptMachine(TextTrace trace)
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
        Log = new SystemCallLog(new(HeapBase));
        Malloc = new Malloc<RecordingProcess>(new RecordingProcess(Process, Log), _shadow, new MallocOptions
        {
            OnlineCpus = _machine.Options.Cpus,
            Tunables = MallocTunables.Parse(trace.Tunables),
            Consulted = Log.AddOpen,
        });
        Blocks = new ulong[trace.BlockCount];
    }

    public Process Process { get; }

    public SystemCallLog Log { get; }

    public Malloc<RecordingProcess> Malloc { get; }

    /// <summary>The pointer of each of the trace's blocks, 0 where there is none.</summary>
    public ulong[] Blocks { get; }

    public static bool IsHigh(ulong address) => address >= HighestHeap;

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

    private ulong _none;

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
