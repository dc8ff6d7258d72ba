using Faultline.Shim.Ledger;

namespace Faultline.Shim.Tests.Ledger;

public class MappingTableTests
{
    private const ulong Page = 4096;

    [Fact]
    public void FindsWhatHoldsAnAddress()
    {
        using MappingTable table = Filled((10, 20), (30, 31), (31, 40));
        Assert.Equal([-1, 10, 10, -1, 30, 31, 31, -1], new ulong[] { 9, 10, 19, 20, 30, 31, 39, 40 }.Select(page => StartAt(table, page)));
        Assert.Equal(0, table.FirstStartingAtOrBelow(100 * Page));
        Assert.Equal(3, table.FirstStartingAtOrBelow(9 * Page));
    }

    [Fact]
    public void RemovalCutsWhatReachesOverItsEnds()
    {
        using MappingTable table = Filled((10, 20), (20, 30), (40, 50));
        table.Remove(15 * Page, 45 * Page);
        table.CheckInvariants();
        Assert.Equal([(45, 50), (10, 15)], Ranges(table));
        table.Remove(11 * Page, 13 * Page);
        table.CheckInvariants();
        Assert.Equal([(45, 50), (13, 15), (10, 11)], Ranges(table));
        table.Remove(0, 100 * Page);
        Assert.Equal(0, table.Count);
    }

    /// <summary>Against a plain array of pages: seeds 1 to 20.</summary>
    [Fact]
    public void AgreesWithAnArrayOfPages()
    {
        for (int seed = 1; seed <= 20; seed++)
        {
            var random = new Random(seed);
            using var table = new MappingTable();
            int[] owner = new int[200];
            for (int step = 1; step <= 300; step++)
            {
                int start = random.Next(1, 190);
                int end = random.Next(start + 1, Math.Min(200, start + 20));
                if (random.Next(2) == 0)
                {
                    table.Remove((ulong)start * Page, (ulong)end * Page);
                    Array.Clear(owner, start, end - start);
                }
                else if (owner.AsSpan(start, end - start).IndexOfAnyExcept(0) < 0)
                {
                    table.Insert(new Mapping { Start = (ulong)start * Page, End = (ulong)end * Page, Chunk = (ulong)start * Page, Site = step });
                    Array.Fill(owner, step, start, end - start);
                }

                table.CheckInvariants();
                for (int page = 0; page < owner.Length; page++)
                {
                    int index = table.Find((ulong)page * Page + 17);
                    Assert.True(owner[page] == (index < 0 ? 0 : table[index].Site), $"seed {seed}, step {step}, page {page}");
                }
            }
        }
    }

    private static MappingTable Filled(params (ulong Start, ulong End)[] ranges)
    {
        var table = new MappingTable();
        foreach ((ulong start, ulong end) in ranges)
            table.Insert(new Mapping { Start = start * Page, End = end * Page, Chunk = start * Page });
        table.CheckInvariants();
        return table;
    }

    private static int StartAt(MappingTable table, ulong page)
        => table.Find(page * Page) is var index && index < 0 ? -1 : (int)(table[index].Start / Page);

    private static IEnumerable<(int, int)> Ranges(MappingTable table)
        => Enumerable.Range(0, table.Count).Select(i => ((int)(table[i].Start / Page), (int)(table[i].End / Page)));
}
