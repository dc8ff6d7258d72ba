using System.Runtime.InteropServices;
using static Faultline.Tracing.Session.SessionMemory;

namespace Faultline.Tracing.Session;

/// <summary>
/// A block that is live. Address is the pointer that the program got; RequestedBytes what it asked for; Family the
/// numeric value of the API table's AllocationFamily.
/// </summary>
public readonly record struct LiveBlock(ulong Address, ulong RequestedBytes, uint AllocationSite, uint Family);

/// <summary>
/// Reads the block tags of a session. The tags of an arena of 1 TiB span 512 GiB of file, nearly all of it holes: only
/// the parts that hold data are read, and by pread, because loads from a mapped hole would fill it.
/// </summary>
public static unsafe class SessionBlocks
{
    /// <summary>AllocationFamily.Mapping: the block starts where its pages start, without a chunk header before it.</summary>
    private const uint MappingFamily = 6;
    private const ulong ChunkHeaderBytes = 16;
    private const int TagsPerRead = 16 * 1024;

    /// <summary>All live blocks in ascending order of address.</summary>
    public static IEnumerable<LiveBlock> Live(SessionFile file)
    {
        ulong arenaStart = ArenaStart(file);
        var tags = new BlockTag[TagsPerRead];
        long length = lseek(file.Descriptor, 0, SeekEnd);
        for (long data = NextData(file, file.BlocksOffset); data >= 0; data = NextData(file, data))
        {
            long hole = Math.Min(lseek(file.Descriptor, data, SeekHole), length);
            while (data < hole)
            {
                int count = ReadTags(file, data, hole, tags);
                if (count == 0)
                    yield break;
                for (int i = 0; i < count; i++)
                    if (tags[i].IsLive)
                        yield return Describe(tags[i], arenaStart + SlotOffset(data - file.BlocksOffset, i));
                data += (long)count * BlockTag.Size;
            }
        }
    }

    /// <summary>The user's pointer of the block whose tag is in the slot that covers that address of the arena.</summary>
    public static LiveBlock Describe(in BlockTag tag, ulong slotAddress)
    {
        ulong chunk = slotAddress + ((tag.State & BlockTag.HalfBit) != 0 ? 16UL : 0);
        ulong address = tag.Family == MappingFamily ? chunk : chunk + ChunkHeaderBytes;
        return new LiveBlock(address, tag.RequestedBytes, tag.AllocationSite, tag.Family);
    }

    private static ulong ArenaStart(SessionFile file) => file.Header->ArenaStart;

    private static ulong SlotOffset(long position, int index)
        => ((ulong)position / BlockTag.Size + (ulong)index) * SessionLayout.BytesPerBlockTag;

    private static long NextData(SessionFile file, long from) => lseek(file.Descriptor, from, SeekData);

    private static int ReadTags(SessionFile file, long from, long to, BlockTag[] tags)
    {
        long bytes = Math.Min(to - from, (long)tags.Length * BlockTag.Size);
        fixed (BlockTag* buffer = tags)
            return (int)(pread(file.Descriptor, buffer, (nuint)bytes, from) / BlockTag.Size);
    }
}
