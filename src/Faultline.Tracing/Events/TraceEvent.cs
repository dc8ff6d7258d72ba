using System.Runtime.InteropServices;

namespace Faultline.Tracing.Events;

/// <summary>
/// One thing that a program did with native memory: the unit of recording, import and replay. Blittable, 64 bytes.
/// A replayer keeps a map from address to block: the address answered by an allocating event names its block until a Free,
/// a Realloc or a Munmap names it again. Addresses are the recorded ones, or made up (see
/// <see cref="TraceMetadata.TrueAddresses"/>) but unique among live blocks either way.
/// </summary>
/// <remarks>
/// <code>
///   kind                     Address          OldAddress     Size               Second         Argument
///   Malloc                   block answered   -              bytes asked for    -              slack
///   Calloc                   block answered   -              bytes an element   elements       -
///   Realloc                  block answered   block before   bytes asked for    -              slack
///   Memalign, PosixMemalign  block answered   -              bytes asked for    alignment      slack
///   Free                     block            -              -                  -              -
///   UsableSize               block            -              bytes answered     -              -
///   Trim                     -                -              pad                -              -
///   MallInfo                 -                -              -                  -              -
///   Mallopt                  -                -              value (signed)     -              parameter (signed)
///   Mmap                     start answered   hint           length             -              protection | MAP_* &lt;&lt; 8
///   Munmap                   start            -              length             -              -
///   Mremap                   start answered   start before   new length         old length     MREMAP_*
///   Madvise                  start            -              length             -              advice
///   Sbrk                     break before     -              bytes (signed)     -              -
///   Write, Read              block            -              bytes touched      offset in it   -
///     … with Flags.Pages     first page       -              bytes touched      -              -
///   ThreadStart, ThreadJoin  thread's DTV     -              -                  -              number of the other thread
///   ThreadExit               -                -              -                  -              -
///   Snapshot                 -                -              nanoseconds        -              reason
/// </code>
/// Address 0 is NULL. Slack is what .NET asked for beyond the program's own request (1 byte instead of 0, whole multiples of an alignment).
/// A snapshot's Size is nanoseconds since the trace began. ThreadStart is an event of the creator where that is known, else of the new thread itself; glibc's creator
/// allocates the thread's DTV (calloc of 17 × 16 bytes), its joiner frees it: Address is that block, 0 where not recorded.
/// Order: events of one stream come in the order in which the allocator served them. Recorders stamp Time when an allocation has been
/// made but before a release is made, so that ordering streams by Time never shows a block freed before it was allocated,
/// or one address handed out twice.
/// </remarks>
[StructLayout(LayoutKind.Sequential, Pack = 8)]
public record struct TraceEvent
{
    public const int ByteSize = 64;

    public TraceEventKind Kind;
    public TraceEventFlags Flags;
    private ushort _reserved;

    /// <summary>Which thread: 0 is the main thread, numbers are never used again.</summary>
    public int Thread;

    /// <summary>Call site's id; 0 unknown.</summary>
    public int Site;
    public uint Argument;

    /// <summary>Of what allocates: number of the call stack in the trace's <see cref="Stacks.StackTable"/>; 0 where none was recorded.</summary>
    public int Stack;
    private uint _reservedToo;
    public ulong Address;
    public ulong OldAddress;
    public ulong Size;
    public ulong Second;

    /// <summary>Nanoseconds since the trace began, or the event's place in the order: see <see cref="TraceMetadata.Clock"/>.</summary>
    public ulong Time;

    public readonly bool Failed => (Flags & TraceEventFlags.Failed) != 0;

    /// <summary>The kinds that answer a block of the heap.</summary>
    public readonly bool Allocates => Kind is TraceEventKind.Malloc or TraceEventKind.Calloc or TraceEventKind.Realloc
        or TraceEventKind.Memalign or TraceEventKind.PosixMemalign;

    public readonly bool Touches => Kind is TraceEventKind.Write or TraceEventKind.Read;

    /// <summary>An mmap's protection and flags (PROT_*, MAP_*) as one Argument.</summary>
    public static uint MmapArgument(int protection, int flags) => (uint)protection & 0xff | (uint)flags << 8;

    public readonly int MmapProtection => (int)(Argument & 0xff);

    public readonly int MmapFlags => (int)(Argument >> 8);

    public override readonly string ToString()
        => $"{Kind} thread {Thread} site {Site} 0x{Address:x} old 0x{OldAddress:x} size {Size} second {Second} argument {Argument} {Flags} stack {Stack} at {Time}";
}
