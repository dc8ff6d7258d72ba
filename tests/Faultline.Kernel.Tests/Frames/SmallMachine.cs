namespace Faultline.Kernel.Tests;

/// <summary>An allocator with small zones DMA, DMA32 and Normal of which mostly Normal is used.</summary>
internal sealed class SmallMachine : IDisposable
{
    public const uint NormalPages = 64 << 10;

    public SmallMachine(int cpus = 2, uint normalPages = NormalPages)
    {
        Allocator = new FrameAllocator(PhysicalLayout.ForManaged(new ZonePages(1024, 2048, normalPages)), cpus, hugePages: false, Stat);
    }

    /// <summary>Every last page can be taken.</summary>
    public SmallMachine WithoutWatermarks()
    {
        foreach (Zone zone in Allocator.Zones)
            zone.SetLimits(default, [0, 0, 0]);
        return this;
    }

    public VmStat Stat { get; } = new();

    public FrameAllocator Allocator { get; }

    public Zone Normal => Allocator.Zones[2];

    public uint Allocate(int order, Migratetype type = Migratetype.Movable, AllocationFlags flags = AllocationFlags.None) =>
        Allocator.Allocate(0, order, type, flags);

    public void Drain()
    {
        foreach (Zone zone in Allocator.Zones)
            zone.DrainPerCpu();
    }

    /// <summary>Free blocks of zone Normal by order, with nothing on per-CPU lists.</summary>
    public ulong[] FreeBlocks()
    {
        Drain();
        return [.. Enumerable.Range(0, Order.Count).Select(Normal.Free.Blocks)];
    }

    public void Dispose() => Allocator.Dispose();
}
