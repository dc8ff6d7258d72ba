namespace Faultline.Kernel.Tests;

/// <summary>Numbers that a live Linux 6.18 printed in /proc/zoneinfo for the zones given.</summary>
public sealed class WatermarkTests
{
    private const ulong Dma = 3840, Dma32 = 772917, Normal = 557056, Total = Dma + Dma32 + Normal;

    [Fact]
    public void MinFreeIsRaisedForHugePagesOnThreeZones()
    {
        Assert.Equal(67584UL, Watermarks.MinFreeKbytes([Dma, Dma32, Normal], hugePages: true));
        Assert.Equal(9239UL, Watermarks.MinFreeKbytes([Dma, Dma32, Normal], hugePages: false));
    }

    [Theory]
    [InlineData(Dma, 48, 60, 72)]
    [InlineData(Dma32, 9790, 12237, 14684)]
    [InlineData(Normal, 7056, 8820, 10584)]
    public void ZonesShareMinFreeByTheirSize(ulong managed, ulong min, ulong low, ulong high)
    {
        Watermarks marks = Watermarks.For(managed, Total, 67584);
        Assert.Equal((min, low, high), (marks.Min, marks.Low, marks.High));
        Assert.Equal(high + (low - min), marks.Promo);
    }

    [Fact]
    public void ALaterBootOfTheSameMachine()
    {
        const ulong LaterTotal = Dma + Dma32 + (1408 << 8);
        Watermarks marks = Watermarks.For(Dma, LaterTotal, 67584);
        Assert.Equal((57UL, 71UL, 85UL, 99UL), (marks.Min, marks.Low, marks.High, marks.Promo));
        marks = Watermarks.For(Dma32, LaterTotal, 67584);
        Assert.Equal((11483UL, 14353UL, 17223UL, 20093UL), (marks.Min, marks.Low, marks.High, marks.Promo));
    }

    [Fact]
    public void LowerZonesAreKeptFromRequestsThatHigherOnesCouldServe()
    {
        ulong[][] reserve = Watermarks.LowmemReserve([Dma, Dma32, Normal]);
        Assert.Equal([0UL, 3019, 5195], reserve[0]);
        Assert.Equal([0UL, 0, 2176], reserve[1]);
        Assert.Equal([0UL, 0, 0], reserve[2]);
    }

    [Theory]
    [InlineData(Dma, 48, 1, 24, 240)]
    [InlineData(Dma32, 9823, 63, 4911, 48307)]
    [InlineData(884736, 11246, 63, 5623, 55296)]
    public void PerCpuListsOfTwoProcessors(ulong managed, ulong low, int batch, int highMin, int highMax)
    {
        Assert.Equal(batch, Watermarks.PerCpuBatch(managed));
        Assert.Equal((highMin, highMax), Watermarks.PerCpuHigh(managed, low, cpus: 2));
    }

    [Fact]
    public void AMachineWithTheseZonesHasTheseLimits()
    {
        using var machine = new Machine(new MachineOptions { Zones = new ZonePages((uint)Dma, (uint)Dma32, (uint)Normal), Cpus = 2 });
        Assert.Equal(["DMA", "DMA32", "Normal"], machine.Zones.Select(zone => zone.Name));
        Assert.Equal([48UL, 9790, 7056], machine.Zones.Select(zone => zone.Watermarks.Min));
        Assert.Equal([0UL, 3019, 5195], machine.Zones[0].LowmemReserve);
        Assert.Equal([Dma, Dma32, Normal], machine.Zones.Select(zone => zone.ManagedPages));
        Assert.Equal((4095UL, 3998UL), (machine.Zones[0].SpannedPages, machine.Zones[0].PresentPages));
    }
}
