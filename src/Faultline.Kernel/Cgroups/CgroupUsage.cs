// What the pages of a memory cgroup are (the gauges of memory.stat, mm/memcontrol.c memory_stats, 6.18). Linux counts them as they change;
// here they are counted when somebody asks, by going through the cgroup's LRU lists, on one of which each charged page is.

namespace Faultline.Kernel;

/// <summary>Pages of one cgroup by what they are; huge pages count as 512.</summary>
internal unsafe struct CgroupUsage
{
    public ulong Anonymous;
    public ulong HugeAnonymous;
    public ulong File;
    public ulong SharedMemory;
    public ulong Mapped;
    public ulong Dirty;
    public ulong Writeback;
    public ulong SwapCache;

    public static CgroupUsage Of(Machine machine, Lruvec vector)
    {
        var usage = new CgroupUsage();
        Frame* frames = machine.Frames.Frames;
        for (LruList list = 0; (int)list < Lruvec.Lists; list++)
            for (uint pfn = vector.First(list); pfn != 0; pfn = frames[pfn].Next)
                usage.Count(frames, pfn);
        return usage;
    }

    private void Count(Frame* frames, uint pfn)
    {
        ref Frame frame = ref frames[pfn];
        bool cached = (frame.Flags & FrameFlags.FileCache) != 0;
        Writeback += (frame.Flags & FrameFlags.Writeback) != 0 ? 1UL << frame.Order : 0;
        if (!cached)
        {
            CountAnonymous(frames, pfn);
            return;
        }

        bool shared = (frame.Flags & FrameFlags.SwapBacked) != 0;
        File++;
        SharedMemory += shared ? 1UL : 0;
        Mapped += frame.MapCount != 0 ? 1UL : 0;
        Dirty += !shared && (frame.Flags & FrameFlags.Dirty) != 0 ? 1UL : 0;
    }

    /// <summary>Only what is mapped counts; of a huge page its pieces, or all of them. What is in the swap cache counts as a file's too.</summary>
    private void CountAnonymous(Frame* frames, uint pfn)
    {
        ulong cached = (frames[pfn].Flags & FrameFlags.SwapCache) != 0 ? 1UL : 0;
        SwapCache += cached;
        File += cached;
        if (frames[pfn].Order == 0)
        {
            Anonymous += frames[pfn].MapCount != 0 ? 1UL : 0;
            return;
        }

        bool whole = frames[pfn + 1].EntireMapCount != 0;
        HugeAnonymous += whole ? Migratetypes.PageblockPages : 0;
        for (uint i = 0; i < Migratetypes.PageblockPages; i++)
            Anonymous += whole || frames[pfn + i].MapCount != 0 ? 1UL : 0;
    }
}
