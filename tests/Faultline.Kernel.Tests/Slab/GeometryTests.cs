using System.Globalization;
using Faultline.TestSupport;

namespace Faultline.Kernel.Tests;

/// <summary>How caches lay out their objects: against what a live 6.18 shows.</summary>
public sealed class GeometryTests
{
    private const int Cpus = 2;

    private sealed record Row(string Name, uint ObjectSize, uint Size, uint Alignment, string Flags, int Objects, int Order, int MinPartial, int CpuPartial);

    private static readonly Row[] s_rows = [.. Read(Repository.Path("tests", "Faultline.Kernel.Tests", "Slab", "slab-geometry-6.18-2cpus.txt"))];

    [Fact]
    public void OrderObjectsAndLimitsFollowFromTheSize()
    {
        Assert.True(s_rows.Length > 200);
        foreach (Row row in s_rows)
        {
            SlabGeometry found = SlabGeometry.ForSize(row.ObjectSize, row.Size, Cpus);
            Assert.Equal((row.Name, row.Objects, row.Order, row.MinPartial), (row.Name, found.Objects, found.Order, found.MinPartial));
            Assert.Equal((row.Name, row.CpuPartial), (row.Name, SlabGeometry.CpuPartialObjects(row.Size)));
            Assert.Equal((row.CpuPartial * 2 + row.Objects - 1) / row.Objects, found.CpuPartialSlabs);
        }
    }

    /// <summary>A cache that says where its free list's link goes, which /sys does not show, needs no room behind the object.</summary>
    [Fact]
    public void TheSizeFollowsFromTheObjectItsAlignmentAndItsAttributes()
    {
        int inside = 0;
        foreach (Row row in s_rows)
        {
            SlabFlags flags = (row.Flags.Contains('H') ? SlabFlags.HardwareAligned : 0) | (row.Flags.Contains('C') ? SlabFlags.Constructed : 0)
                | (row.Flags.Contains('T') ? SlabFlags.TypesafeByRcu : 0);
            uint behind = SlabGeometry.For(row.ObjectSize, row.Alignment, flags, Cpus).Size;
            uint within = SlabGeometry.For(row.ObjectSize, row.Alignment, flags | SlabFlags.OwnFreePointer, Cpus).Size;
            Assert.True(row.Size == behind || row.Size == within, $"{row.Name}: {row.Size}, not {behind} or {within}");
            inside += row.Size == behind ? 0 : 1;
        }

        Assert.InRange(inside, 1, 4);
    }

    [Fact]
    public void TheModelsCachesAreThoseOfTheKernel()
    {
        using var machine = new Machine(new MachineOptions { RamBytes = 1UL << 30, Cpus = Cpus });
        var live = s_rows.ToDictionary(row => row.Name);
        foreach (KmemCache cache in machine.Caches.All)
        {
            if (!live.TryGetValue(cache.Name, out Row? row))
                row = live.Values.First(other => other.Name.StartsWith(':') && other.Size == cache.Geometry.Size
                    && other.Name.Contains('A') == cache.Flags.HasFlag(SlabFlags.Account) && other.Flags.Contains('R') == cache.Flags.HasFlag(SlabFlags.ReclaimAccount));
            Assert.Equal((cache.Name, row.Size, row.Objects, row.Order), (cache.Name, cache.Geometry.Size, cache.Geometry.Objects, cache.Geometry.Order));
        }
    }

    [Fact]
    public void CachesWithAlikeObjectsAreOne()
    {
        using var machine = new Machine(new MachineOptions { RamBytes = 1UL << 30 });
        Assert.Same(machine.Caches.Pid, machine.Caches.Cred);
        Assert.Same(machine.Caches.AnonVmaChain, machine.Caches.FsCache);
        Assert.NotSame(machine.Caches.Dentry, machine.Caches.VmAreaStruct);
        Assert.NotSame(machine.Caches.Kmalloc.For(64), machine.Caches.FsCache);
    }

    [Theory]
    [InlineData(1, 8)]
    [InlineData(8, 8)]
    [InlineData(9, 16)]
    [InlineData(65, 96)]
    [InlineData(97, 128)]
    [InlineData(129, 192)]
    [InlineData(193, 256)]
    [InlineData(4097, 8192)]
    [InlineData(8192, 8192)]
    public void KmallocRoundsUp(uint bytes, uint size)
    {
        using var machine = new Machine(new MachineOptions { RamBytes = 1UL << 30 });
        Assert.Equal(size, machine.Caches.Kmalloc.For(bytes).Geometry.Size);
        Assert.Throws<ArgumentException>(() => machine.Caches.Kmalloc.For(8193));
    }

    [Theory]
    [InlineData(1, 192, 0)]
    [InlineData(64, 192, 1)]
    [InlineData(64, 1024, 3)]
    [InlineData(1, 1024, 1)]
    [InlineData(64, 9000, 3)]
    [InlineData(2, 100_000, 5)]
    public void MoreProcessorsMeanLargerSlabs(int cpus, uint size, int order) => Assert.Equal(order, SlabGeometry.ForSize(size, size, cpus).Order);

    private static IEnumerable<Row> Read(string path)
    {
        foreach (string line in File.ReadLines(path).Where(line => !line.StartsWith('#')))
        {
            string[] words = line.Split(' ');
            uint Number(int index) => uint.Parse(words[index], CultureInfo.InvariantCulture);
            yield return new(words[0], Number(1), Number(2), Number(3), words[4], (int)Number(5), (int)Number(6), (int)Number(7), (int)Number(8));
        }
    }
}
