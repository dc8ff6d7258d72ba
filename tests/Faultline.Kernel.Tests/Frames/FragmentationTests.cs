using CsCheck;

namespace Faultline.Kernel.Tests;

/// <summary>What a live Linux 6.18 printed for these free blocks in /proc/buddyinfo and /sys/kernel/debug/extfrag, byte for byte.</summary>
public sealed class FragmentationTests
{
    private static readonly ulong[] s_dma = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 3];
    private static readonly ulong[] s_dma32 = [1, 2, 4, 2, 5, 4, 3, 3, 4, 2, 752];
    private static readonly ulong[] s_normal = [2536, 1264, 11633, 6158, 2064, 1410, 1018, 373, 147, 24, 49];

    [Fact]
    public void BuddyInfoLines()
    {
        Assert.Equal("Node 0, zone      DMA      0      0      0      0      0      0      0      0      1      1      3 \n", BuddyInfo.Line("DMA", s_dma));
        Assert.Equal("Node 0, zone    DMA32      1      2      4      2      5      4      3      3      4      2    752 \n", BuddyInfo.Line("DMA32", s_dma32));
        Assert.Equal("Node 0, zone   Normal    484    472    887    435    495    281    490    368    292    122     66 \n",
            BuddyInfo.Line("Normal", [484, 472, 887, 435, 495, 281, 490, 368, 292, 122, 66]));
    }

    [Fact]
    public void UnusableIndexLines()
    {
        Assert.Equal("Node 0, zone      DMA 0.000 0.000 0.000 0.000 0.000 0.000 0.000 0.000 0.000 0.066 0.200 \n", BuddyInfo.UnusableIndexLine("DMA", s_dma));
        Assert.Equal("Node 0, zone    DMA32 0.000 0.000 0.000 0.000 0.000 0.000 0.000 0.000 0.001 0.002 0.003 \n", BuddyInfo.UnusableIndexLine("DMA32", s_dma32));
        Assert.Equal("Node 0, zone   Normal 0.000 0.006 0.012 0.131 0.257 0.341 0.456 0.622 0.744 0.840 0.871 \n", BuddyInfo.UnusableIndexLine("Normal", s_normal));
    }

    [Fact]
    public void FragmentationIndexLines() => Assert.Equal(
        "Node 0, zone   Normal -1.000 -1.000 -1.000 -1.000 -1.000 -1.000 -1.000 -1.000 -1.000 -1.000 -1.000 \n",
        BuddyInfo.FragmentationIndexLine("Normal", s_normal));

    [Fact]
    public void FragmentationIndexTellsLackOfMemoryFromScatteredMemory()
    {
        ulong[] scattered = [4096];
        Assert.Equal(1000 - ((1000 + (4096 * 1000 / 512)) / 4096), Fragmentation.Index(scattered, 9));
        Assert.Equal(998, Fragmentation.Index(scattered, 9));
        Assert.Equal(-1, Fragmentation.Index([1], 9));
        Assert.Equal(-1000, Fragmentation.Index([1], 0));
        Assert.Equal(0, Fragmentation.Index([0, 0], 1));
        Assert.Equal("Node 0, zone   Normal -1.000  0.500 \n", BuddyInfo.FragmentationIndexLine("Normal", [1000000, 0]));
    }

    [Fact]
    public void ShareOfFreeMemoryInSmallBlocks()
    {
        Assert.Equal(87, Fragmentation.Percent(s_normal, 10));
        Assert.Equal(0, Fragmentation.Percent(s_normal, 0));
        Assert.Equal(0, Fragmentation.Percent([0, 0, 0], 2));
        Assert.Equal(1000, Fragmentation.UnusableIndex([0, 0, 0], 2));
    }

    /// <summary>The definition, by another way: whatever lies in smaller blocks is unusable.</summary>
    [Fact]
    public void UnusableIndexIsTheShareOfSmallerBlocks() =>
        Gen.ULong[0, 5000].Array[Order.Count].Sample(blocks =>
        {
            ulong free = Pages(blocks, Order.Count);
            for (int order = 0; order < Order.Count; order++)
                Assert.Equal(free == 0 ? 1000UL : Pages(blocks, order) * 1000 / free, (ulong)Fragmentation.UnusableIndex(blocks, order));
        });

    private static ulong Pages(ulong[] blocks, int below)
    {
        ulong sum = 0;
        for (int k = 0; k < below; k++)
            sum += blocks[k] << k;
        return sum;
    }
}
