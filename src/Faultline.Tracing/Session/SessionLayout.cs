using System.Runtime.InteropServices;
using Faultline.Libc;

namespace Faultline.Tracing.Session;

// The session file: one sparse shared mapping that the tool creates (a memfd) and the shim maps. It outlives the program,
// so that a report can be made after any end of it. All numbers are little-endian; offsets are bytes from the file's start.
//
//   0         SessionHeader
//   notes     UTF-8 lines, "kind\ttext\n", appended by the shim
//   snapshots SnapshotRecord[2], written in turn: the reader takes the one with the higher even Sequence
//   findings  FindingRecord[FindingCapacity]
//   shards    per shard a ShardHeader and SiteCounters[SiteCount + 1], index = site id, 0 is "unknown site" (SessionCounters)
//   blocks    BlockTag[ArenaLength / 32], index = (chunk address - ArenaStart) / 32

/// <summary>Fixed places and capacities of a session file.</summary>
public static class SessionLayout
{
    /// <summary>"FLTSESS1" in ASCII, little-endian.</summary>
    public const ulong Magic = 0x31535345_53544C46;

    public const uint Version = 3;

    public const long NotesOffset = 4096;
    public const int NotesCapacity = 60 * 1024;
    public const long SnapshotsOffset = 64 * 1024;
    public const long FindingsOffset = 128 * 1024;
    public const int FindingCapacity = 4096;
    public const long ShardsOffset = 1024 * 1024;

    /// <summary>A program has fewer call sites than this.</summary>
    public const int SiteCapacity = 1 << 20;

    /// <summary>Bytes of arena that one block tag covers: glibc's smallest chunk, so that no two chunks share one.</summary>
    public const int BytesPerBlockTag = 32;

    /// <summary>Least bytes of arena that a session is worth having for.</summary>
    public const ulong SmallestArena = 64UL << 20;

    /// <summary>The environment variable by which the shim finds the session file's path.</summary>
    public const string EnvironmentVariable = "FAULTLINE_SESSION";

    private const int PageBytes = 4096;
    private const int FewestShards = 4;
    private const int MostShards = 256;
    private const long MostShardBytes = 256L << 20;

    /// <summary>Bytes of one shard, whole pages: no two threads write to one cache line.</summary>
    public static long ShardBytes(uint siteCount)
        => (ShardHeader.Size + ((long)siteCount + 1) * SiteCounters.Size + PageBytes - 1) & ~(PageBytes - 1L);

    /// <summary>Shard 0 is the process's, the last is shared by the threads that get none of their own, the others are a thread's each.</summary>
    public static int ShardCount(uint siteCount) => (int)Math.Clamp(MostShardBytes / ShardBytes(siteCount), FewestShards, MostShards);

    public static long BlocksOffset(uint siteCount) => ShardsOffset + ShardCount(siteCount) * ShardBytes(siteCount);

    /// <summary>Length in bytes of a session file for that many sites and an arena of that many bytes.</summary>
    public static long FileLength(uint siteCount, ulong arenaLength)
        => BlocksOffset(siteCount) + (long)(arenaLength / BytesPerBlockTag) * BlockTag.Size;
}

/// <summary>How far the program got, as the shim last wrote it.</summary>
public enum SessionState : uint
{
    /// <summary>The tool made the file; no program has attached.</summary>
    Created = 0,

    /// <summary>The shim attached and is counting.</summary>
    Running = 1,

    /// <summary>The shim could not start (a note says why); calls went to the real functions.</summary>
    Refused = 2,

    /// <summary>The final snapshot was written at the program's orderly end.</summary>
    Finished = 3,
}

/// <summary>Which touch observer the tool asks the shim for. The ones below <see cref="Assume"/> force one of the fallbacks.</summary>
public enum ObserverRequest : uint
{
    /// <summary>The best that the host has, found by probing.</summary>
    Best = 0,
    Assume = 1,
    PagemapScan = 2,
    Pagemap = 3,
    Mincore = 4,
}

/// <summary>Which touch observer the shim uses.</summary>
public enum ObserverKind : uint
{
    /// <summary>Not chosen yet.</summary>
    None = 0,

    /// <summary>Real pages read with PAGEMAP_SCAN.</summary>
    PagemapScan = 1,

    /// <summary>Real pages read from /proc/self/pagemap.</summary>
    Pagemap = 2,

    /// <summary>Real pages read with mincore(2): written and only-read pages are not told apart.</summary>
    Mincore = 3,

    /// <summary>Nothing observed: every requested byte counts as written when the block is allocated.</summary>
    Assumed = 4,
}

/// <summary>Start of a session file. The tool fills the first part before the program starts, the shim the second.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 8)]
public struct SessionHeader
{
    public ulong Magic;
    public uint Version;
    public uint HeaderBytes;

    // Written by the tool.
    public ulong RamBytes;
    public uint Cpus;

    /// <summary>A <see cref="Faultline.Kernel"/> THP policy: 0 never, 1 madvise, 2 always.</summary>
    public uint ThpPolicy;

    public ObserverRequest ObserverRequested;

    public uint SnapshotMilliseconds;
    public uint SiteCount;

    /// <summary>The simulated glibc: its place in <see cref="LibcProfile.All"/>.</summary>
    public uint LibcNumber;

    /// <summary>The descriptor, in the tool's process, of the memory that a recording goes through; 0 where nothing is recorded.</summary>
    public int RecordingDescriptor;

    /// <summary>Shards that were ever counted in: 0 to this, exclusive. Written by the shim, like all that follows.</summary>
    public uint ShardsUsed;

    public SessionState State;
    public ObserverKind Observer;
    public int ProcessId;
    public uint NotesBytes;
    public ulong ArenaStart;
    public ulong ArenaLength;

    /// <summary>Address where the simulated brk heap starts (inside the arena).</summary>
    public ulong HeapStart;

    /// <summary>Routed calls so far: a sum over the shards, 0 in the file itself (<see cref="SessionCounters.ReadHeader"/>).</summary>
    public ulong EventCount;

    /// <summary>Different findings so far (kind and sites); those past <see cref="SessionLayout.FindingCapacity"/> are only counted.</summary>
    public ulong FindingCount;

    /// <summary>
    /// Of these: passed on to the real functions, on blocks that unrouted code allocated and mappings that are not simulated. A sum
    /// like <see cref="EventCount"/>.
    /// </summary>
    public ulong ForeignCalls;

    /// <summary>CLOCK_REALTIME nanoseconds when the shim attached.</summary>
    public long StartedUnixNanoseconds;

    public readonly LibcProfile Libc => LibcProfile.All[(int)LibcNumber];
}

/// <summary>
/// What one call site did. Blocks are counted at the site that allocated (or last reallocated) them, in the shard of the thread that
/// did it: the sums over the shards are what it did (<see cref="SessionCounters"/>).
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 8)]
public struct SiteCounters
{
    public const int Size = 128;

    /// <summary>Routed calls made at this site, whatever they did and answered.</summary>
    public ulong Calls;

    /// <summary>Blocks handed out here.</summary>
    public ulong Allocations;

    /// <summary>Bytes asked for by those, and bytes that malloc_usable_size answers for them.</summary>
    public ulong RequestedBytes;
    public ulong UsableBytes;

    /// <summary>Of the allocations: those served by a mapping of their own (mmap); the rest came from the arenas' heaps.</summary>
    public ulong MappedAllocations;

    /// <summary>Allocations that answered NULL (an OutOfMemoryException in .NET's APIs).</summary>
    public ulong Failures;

    /// <summary>Blocks from here that are gone again (freed or reallocated), with their bytes; live = allocated - released.</summary>
    public ulong Released;
    public ulong ReleasedRequestedBytes;
    public ulong ReleasedUsableBytes;

    /// <summary>Highest live requested bytes. In a thread's shard: since it last published.</summary>
    public ulong PeakLiveBytes;

    /// <summary>Reallocations here that had to move the block.</summary>
    public ulong Moves;

    /// <summary>Minor faults charged to this site's blocks up to the last snapshot. This and the next are kept in shard 0.</summary>
    public ulong MinorFaults;

    /// <summary>Pages present at the last snapshot that are charged to this site.</summary>
    public ulong ResidentPages;

    /// <summary>In a thread's shard: its live bytes (allocated less released, may be negative) when it last published; in shard 0 their sum.</summary>
    public long PublishedLiveBytes;

    /// <summary>In a thread's shard: 0 until the site is in the shard's list, then 1 + the <see cref="ShardHeader.FirstSite"/> before it.</summary>
    public ulong NextSite;
    private ulong _reserved2;
}

/// <summary>The state of one chunk-sized slot of the arena: who allocated the block whose chunk starts there, how big, and whether it lives.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 8)]
public struct BlockTag
{
    public const int Size = 16;

    public const ulong LiveBit = 1UL << 63;
    public const ulong HalfBit = 1UL << 62;
    public const ulong GuardedBit = 1UL << 61;
    public const ulong MarkedBit = 1UL << 60;
    public const int FamilyShift = 48;
    public const ulong RequestedMask = (1UL << FamilyShift) - 1;

    /// <summary>
    /// Bits of <see cref="State"/>:
    /// <code>
    ///   63    62    61       60      59..56  55..48   47..0
    ///   live  half  guarded  marked  0       family   requested bytes
    /// </code>
    /// half: the chunk starts at the slot's upper 16 bytes. guarded: the slack after the requested bytes holds guard bytes.
    /// marked: the freed block starts with the marker that stands where glibc keeps its links. family: AllocationFamily.
    /// A slot of zeros never held a chunk, or the chunk was merged into another one.
    /// </summary>
    public ulong State;
    public uint AllocationSite;

    /// <summary>Site that freed it, when not live.</summary>
    public uint ReleaseSite;

    public readonly bool IsLive => (State & LiveBit) != 0;

    public readonly bool IsFreed => State != 0 && (State & LiveBit) == 0;

    public readonly ulong RequestedBytes => State & RequestedMask;

    public readonly uint Family => (uint)(State >> FamilyShift) & 0xff;
}
