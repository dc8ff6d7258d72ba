namespace Faultline.Kernel.Tests;

/// <summary>One cache over a small machine.</summary>
internal sealed class CacheBench : IDisposable
{
    private readonly SlabMemory _memory = new();

    public CacheBench(uint objectSize, SlabFlags flags = SlabFlags.None, int cpus = 2, SmallMachine? machine = null)
    {
        Machine = machine ?? new SmallMachine(cpus);
        Cache = new KmemCache(Machine.Allocator, _memory, Machine.Stat, cpus, "bench", SlabGeometry.For(objectSize, 0, flags, cpus), flags);
    }

    public SmallMachine Machine { get; }

    public KmemCache Cache { get; }

    public ulong[] Take(int count, int cpu = 0)
    {
        ulong[] taken = [.. Enumerable.Range(0, count).Select(_ => Cache.Allocate(cpu))];
        Assert.DoesNotContain(0UL, taken);
        return taken;
    }

    public void Give(IEnumerable<ulong> objects, int cpu = 0)
    {
        foreach (ulong address in objects)
            Cache.Free(cpu, address);
        Cache.CheckInvariants();
    }

    public void Dispose()
    {
        _memory.Dispose();
        Machine.Dispose();
    }
}
