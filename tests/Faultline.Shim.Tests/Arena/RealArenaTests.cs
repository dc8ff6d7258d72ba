using Faultline.Shim.Arena;
using Faultline.Shim.Tests.Support;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Tests.Arena;

public unsafe class RealArenaTests
{
    private const ulong Length = 256UL << 20;

    [Fact]
    public void IsAtAFixedPlaceAndAligned()
    {
        using RealArena first = RealArena.TryReserve(1UL << 40)!;
        using RealArena second = RealArena.TryReserve(1UL << 40)!;
        Assert.Equal(0UL, first.Start & ((1UL << 30) - 1));
        Assert.NotEqual(first.Start, second.Start);
        Assert.True(first.Contains(first.Start) && first.Contains(first.End - 1));
        Assert.False(first.Contains(first.End) || first.Contains(first.Start - 1) || first.Contains(0));
        *(byte*)(first.End - 1) = 1;
    }

    [Fact]
    public void WhatNoHostHasIsRefused() => Assert.Null(RealArena.TryReserve(1UL << 47));

    [Fact]
    public void MovedPagesKeepTheirContentsAndLeaveTheOldPlaceEmpty()
    {
        using RealArena arena = RealArena.TryReserve(Length)!;
        byte* source = (byte*)arena.Start;
        byte* destination = source + (128 << 20);
        for (int page = 0; page < 100; page += 3)
            source[page * 4096] = (byte)(page + 1);
        arena.Move((ulong)destination, arena.Start, 100 * 4096);
        for (int page = 0; page < 100; page++)
            Assert.Equal((page % 3 == 0 ? page + 1 : 0, 0), (destination[page * 4096], source[page * 4096]));
    }

    [Fact]
    public void WhatLiesInSeveralAreasOfTheKernelIsMovedToo()
    {
        using RealArena arena = RealArena.TryReserve(Length)!;
        byte* start = (byte*)arena.Start;
        byte* middle = start + (64 << 20);
        byte* end = start + (128 << 20);
        new Span<byte>(start, 16 * 4096).Fill(1);
        // Moved pages are an area of their own; the pages behind belong to the arena's.
        arena.Move((ulong)middle, (ulong)start, 16 * 4096);
        new Span<byte>(middle + 16 * 4096, 21 * 4096).Fill(2);
        arena.Move((ulong)end, (ulong)middle, 37 * 4096);
        Assert.Equal(-1, new Span<byte>(end, 16 * 4096).IndexOfAnyExcept((byte)1));
        Assert.Equal(-1, new Span<byte>(end + 16 * 4096, 21 * 4096).IndexOfAnyExcept((byte)2));
        Assert.Equal(-1, new Span<byte>(middle, 37 * 4096).IndexOfAnyExcept((byte)0));
    }

    [Fact]
    public void ARestoredPartIsAsItWasReserved()
    {
        using RealArena arena = RealArena.TryReserve(Length)!;
        byte* page = (byte*)arena.Start + 4096;
        *page = 1;
        arena.Restore((ulong)page, 4096);
        Assert.Equal(0, *page);
        *page = 2;
        arena.Discard((ulong)page, 4096);
        Assert.Equal(0, *page);
    }

    /// <summary>Where the host accounts for every writable page the arena is opened as the heap and the mappings grow.</summary>
    [Fact]
    public void AnArenaThatIsOpenedPartByPartServesTheSame()
    {
        using var parts = new TestEngine(opensParts: true);
        using var whole = new TestEngine();
        Assert.Equal(Work(whole), Work(parts));
        Assert.Contains(SessionNotes.Read(parts.Tool), note => note.Kind == "arena" && note.Text.Contains("part by part"));

        static (ulong, ulong) Work(TestEngine test)
        {
            for (int round = 0; round < 3; round++)
            {
                byte* small = test.Malloc(5000);
                byte* big = test.Malloc(3 << 20);
                TestEngine.WritePages(small, 5000);
                TestEngine.WritePages(big, 3 << 20);
                big = test.Realloc(big, 9 << 20);
                TestEngine.WritePages(big, 9 << 20);
                byte* wall = test.Malloc(50 << 20);
                TestEngine.WritePages(wall, 50 << 20);
                big = test.Realloc(big, 60 << 20);
                Assert.Equal(1, big[4096]);
                test.Free(small);
                test.Free(big);
                test.Free(wall);
            }

            SnapshotRecord snapshot = test.Snapshot();
            Assert.Empty(test.Findings);
            return (snapshot.MinorFaults, snapshot.ResidentPages);
        }
    }

    [Fact]
    public void ASmallArenaServesUntilItIsFull()
    {
        using var test = new TestEngine(arenaLength: SessionLayout.SmallestArena);
        Assert.True(test.Malloc(100 << 20) == null);
        int blocks = 0;
        while (test.Malloc(1 << 20, site: 2) != null)
            blocks++;
        Assert.InRange(blocks, 58, 63);
        Assert.Equal(1UL, test.Site(2).Failures);
        test.Snapshot();
        Assert.Empty(test.Findings);
    }
}
