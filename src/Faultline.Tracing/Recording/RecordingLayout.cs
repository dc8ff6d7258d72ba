using System.Runtime.InteropServices;
using Faultline.Tracing.Binary;
using Faultline.Tracing.Events;

namespace Faultline.Tracing.Recording;

// The memory that a recording goes through: one sparse shared mapping (a memfd) that the tool makes, beside the session. The
// program under watch writes raw events into it, the tool takes them out, encodes them and writes the file. So the program pays
// three stores an event, has no file and no thread for it, and what it wrote is not lost by any end of it.
//
//   0          RecordingHeader
//   4096       LaneHeader[LaneCapacity]
//   MapsOffset   text of /proc/self/maps, left by the program before it says that it runs
//   StacksOffset a log of frames and call stacks, in use only where stacks are recorded (StackLog.cs)
//   LanesOffset  RawEvent[LaneEvents] for each lane: a ring, mapped by either side when the lane is first used

/// <summary>Fixed places and capacities of a recording's memory.</summary>
internal static class RecordingLayout
{
    /// <summary>"FLTRECO3" in ASCII, little-endian.</summary>
    public const ulong Magic = 0x334F4345_52544C46;

    /// <summary>Threads that can be recorded at the same time; lanes of ended threads are used again.</summary>
    public const int LaneCapacity = 1024;

    /// <summary>A power of two. 768 KiB a lane: some milliseconds of a thread that does nothing but allocate.</summary>
    public const int LaneEvents = 32 * 1024;

    public const int LaneMask = LaneEvents - 1;
    public const int LaneBytes = LaneEvents * RawEvent.ByteSize;
    public const long LaneHeadersOffset = 4096;
    public const long MapsOffset = LaneHeadersOffset + LaneCapacity * LaneHeader.ByteSize;

    /// <summary>
    /// Bytes, whole pages; 3,400 lines and more. As UTF-8 a block of the trace holds it in any case: a byte of a name that is none is replaced by three.
    /// </summary>
    public const int MapsCapacity = TraceFileLayout.MaxPayloadBytes / 3 & ~4095;

    public const long StacksOffset = MapsOffset + MapsCapacity;

    /// <summary>Bytes, whole pages: some 200,000 stacks of 9 bytes a node with the frames that they share.</summary>
    public const int StacksCapacity = 32 << 20;

    public const long LanesOffset = StacksOffset + StacksCapacity;

    /// <summary>Of the memory for that many lanes.</summary>
    public static long FileLength(int lanes) => LanesOffset + (long)lanes * LaneBytes;
}

/// <summary>Start of a recording's memory.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 8)]
internal struct RecordingHeader
{
    public ulong Magic;

    /// <summary>Who takes the events out. When it is gone nobody waits for it.</summary>
    public int ToolProcessId;

    /// <summary>Lanes in use or used before, and how many there can be.</summary>
    public int LaneCount;
    public int LaneCapacity;

    /// <summary>A <see cref="RecordingEnd"/>: once set, by either side, nothing more is appended.</summary>
    public int End;

    /// <summary>Of the text of the program's maps; 0 where there is none.</summary>
    public int MapsBytes;

    /// <summary>Of the log of stacks, as far as it is whole.</summary>
    public long StackBytes;

    /// <summary>Stacks that were walked, the time that it took, and those that gave nothing or found no room.</summary>
    public long StackWalks;
    public long StackWalkNanoseconds;
    public long StacksLost;
}

/// <summary>Why nothing more is recorded.</summary>
internal enum RecordingEnd
{
    None = 0,

    /// <summary>The tool takes nothing more: the file cannot be written, or the program has ended.</summary>
    Closed = 1,

    /// <summary>The tool took nothing for too long, or is gone.</summary>
    NotTaken = 2,

    /// <summary>More threads at once than there are lanes.</summary>
    TooManyThreads = 3,

    /// <summary>The host refused to map a lane.</summary>
    NoMemory = 4,
}

/// <summary>How far a lane was filled and emptied: events since its start. Each side has a pair of cache lines of its own.</summary>
[StructLayout(LayoutKind.Explicit, Size = ByteSize)]
internal struct LaneHeader
{
    public const int ByteSize = 256;

    /// <summary>By the program: all before it is whole.</summary>
    [FieldOffset(0)]
    public ulong Written;

    /// <summary>By the tool: all before it may be overwritten.</summary>
    [FieldOffset(128)]
    public ulong Taken;
}

/// <summary>
/// An event as the program leaves it. One that needs more numbers takes a second slot (<see cref="WideBit"/>).
/// <code>
///                    63            52 51        20 19    16 15    8 7 6    0
///   Address         │ address, or for kind None the number of the thread that writes from here on │
///   SizeAndSite     │ size (wide: argument)        │ site           │
///   TimeAndKind     │ time                                │ flags │w│ kind │
///   second slot:      OldAddress, Second, Size
/// </code>
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 8)]
internal struct RawEvent
{
    public const int ByteSize = 24;
    public const int SiteBits = 20;
    public const uint SiteMask = (1u << SiteBits) - 1;
    public const uint WideBit = 0x80;
    public const int FlagsShift = 8;
    public const int TimeShift = 16;

    /// <summary>No event: the number of the next event's call stack, in Address.</summary>
    public const TraceEventKind StackOfNext = (TraceEventKind)0x7f;

    /// <summary>Sizes from here on need a second slot.</summary>
    public const ulong LargeSize = 1UL << 64 - SiteBits;

    public ulong Address;
    public ulong SizeAndSite;
    public ulong TimeAndKind;

    public readonly TraceEventKind Kind => (TraceEventKind)((uint)TimeAndKind & 0x7f);

    public readonly bool IsWide => ((uint)TimeAndKind & WideBit) != 0;

    public readonly TraceEventFlags Flags => (TraceEventFlags)(byte)(TimeAndKind >> FlagsShift);

    public readonly ulong Time => TimeAndKind >> TimeShift;

    public readonly int Site => (int)((uint)SizeAndSite & SiteMask);

    public readonly ulong Size => SizeAndSite >> SiteBits;
}
