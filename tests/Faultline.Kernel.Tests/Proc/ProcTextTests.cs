namespace Faultline.Kernel.Tests;

public sealed class ProcTextTests
{
    /// <summary>The frame of the text is what a live Linux 6.18 printed; the numbers are those of a fresh machine.</summary>
    [Fact]
    public void PageTypeInfoOfAFreshMachine()
    {
        using var machine = new Machine(new MachineOptions { Zones = new ZonePages(3840, 524288 - 10240, 0), Thp = ThpPolicy.Never });
        machine.DrainPerCpuLists();
        string[] lines = PageTypeInfo.Text(machine).Split('\n');
        Assert.Equal(
            [
                "Page block order: 9",
                "Pages per block:  512",
                "",
                "Free pages count per migrate type at order       0      1      2      3      4      5      6      7      8      9     10 ",
                "Node    0, zone      DMA, type    Unmovable      0      0      0      0      0      0      0      0      1      0      0 ",
                "Node    0, zone      DMA, type      Movable      0      0      0      0      0      0      0      0      0      1      3 ",
                "Node    0, zone      DMA, type  Reclaimable      0      0      0      0      0      0      0      0      0      0      0 ",
                "Node    0, zone      DMA, type   HighAtomic      0      0      0      0      0      0      0      0      0      0      0 ",
                "Node    0, zone      DMA, type      Isolate      0      0      0      0      0      0      0      0      0      0      0 ",
            ],
            lines[..9]);
        Assert.Equal("Number of blocks type     Unmovable      Movable  Reclaimable   HighAtomic      Isolate ", lines[15]);
        Assert.Equal("Node 0, zone      DMA            1            7            0            0            0 ", lines[16]);
        Assert.Equal(19, lines.Length);
    }

    [Fact]
    public void BuddyInfoHasALineForEachPopulatedZone()
    {
        using var machine = new Machine(new MachineOptions { RamBytes = 8UL << 30 });
        string[] lines = BuddyInfo.Text(machine).Split('\n');
        Assert.Equal("Node 0, zone      DMA      0      0      0      0      0      0      0      0      1      1      3 ", lines[0]);
        Assert.StartsWith("Node 0, zone    DMA32 ", lines[1]);
        Assert.StartsWith("Node 0, zone   Normal ", lines[2]);
        Assert.Equal("", lines[3]);
        Assert.Equal(3, BuddyInfo.UnusableIndexText(machine).Count(c => c == '\n'));
        Assert.Contains("-1.000 -1.000", BuddyInfo.FragmentationIndexText(machine));
    }
}
