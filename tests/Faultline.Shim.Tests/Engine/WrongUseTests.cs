using Faultline.Api;
using Faultline.Shim.Tests.Support;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Tests.Engine;

/// <summary>Each kind of wrong use is found, with both call sites, and the program lives on with sound memory.</summary>
public unsafe class WrongUseTests
{
    private const int AllocationSite = 11;
    private const int ReleaseSite = 12;
    private const int DetectionSite = 13;

    public static TheoryData<int> Sizes => [1, 24, 25, 100, 1032, 5000, 100_000, 1 << 20];

    [Theory]
    [MemberData(nameof(Sizes))]
    public void DoubleFree(int size)
    {
        using var test = new TestEngine();
        byte* block = test.Malloc((nuint)size, AllocationSite);
        test.Free(block, ReleaseSite);
        test.Free(block, DetectionSite);
        test.Free(block, DetectionSite);
        FindingRecord finding = Assert.Single(test.Findings);
        Assert.Equal(FindingKind.DoubleFree, finding.Kind);
        AssertSites(finding, AllocationSite, ReleaseSite, DetectionSite);
        Assert.Equal(2UL, finding.Occurrences);
        Assert.Equal((ulong)block, finding.Address);
        Assert.Equal((ulong)size, finding.BlockBytes);
        AssertStillWorks(test);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void FreeOfAnInteriorPointer(int size)
    {
        using var test = new TestEngine();
        test.Malloc(3000);
        byte* block = test.Malloc((nuint)size, AllocationSite);
        test.Malloc(500);
        foreach (int distance in new[] { 1, 8, 16, 32, 48, 4096, size / 2 / 16 * 16, size - 1 }.Where(d => d > 0 && d < size).Distinct())
            test.Free(block + distance, DetectionSite);
        if (size == 1)
            test.Free(block + 16, DetectionSite);
        FindingRecord finding = Assert.Single(test.Findings);
        Assert.Equal(FindingKind.FreeOfInteriorPointer, finding.Kind);
        AssertSites(finding, AllocationSite, 0, DetectionSite);
        Assert.Equal((ulong)block, finding.BlockAddress);
        Assert.Equal(finding.Address - (ulong)block, finding.Amount);
        AssertStillWorks(test);
    }

    [Fact]
    public void FreeOfAFreedBlockThatAnotherOneCovers()
    {
        using var test = new TestEngine();
        byte* low = test.Malloc(2000, 3);
        byte* high = test.Malloc(2000, 4);
        test.Malloc(100, 5);
        test.Free(low);
        test.Free(high, ReleaseSite);
        byte* cover = test.Malloc(4000, AllocationSite);
        Assert.Equal((nint)low, (nint)cover);
        test.Free(high, DetectionSite);
        FindingRecord finding = Assert.Single(test.Findings);
        Assert.Equal(FindingKind.FreeOfInteriorPointer, finding.Kind);
        Assert.Equal((ulong)cover, finding.BlockAddress);
        AssertStillWorks(test);
    }

    [Fact]
    public void FreeOfAPointerThatNoBlockEverHad()
    {
        using var test = new TestEngine();
        byte* block = test.Malloc(100, AllocationSite);
        ulong[] wild = [test.Engine.Watched.Arena.Start, test.Engine.Watched.Arena.Start + 8, (ulong)block + 100_000, test.Engine.Watched.Arena.End - 4096, test.Engine.Watched.Arena.End - 1];
        foreach (ulong pointer in wild)
            test.Free((void*)pointer, DetectionSite);
        FindingRecord finding = Assert.Single(test.Findings);
        Assert.Equal(FindingKind.FreeOfUnknownPointer, finding.Kind);
        Assert.Equal((ulong)wild.Length, finding.Occurrences);
        AssertStillWorks(test);
    }

    [Theory]
    [InlineData(40, 1)]
    [InlineData(40, 8)]
    [InlineData(41, 16)]
    [InlineData(1001, 3)]
    [InlineData(5000, 7)]
    public void WritePastTheEndIsFoundByFree(int size, int bytes)
    {
        using var test = new TestEngine();
        byte* block = test.Malloc((nuint)size, AllocationSite);
        new Span<byte>(block, size + bytes).Fill(0x41);
        test.Free(block, DetectionSite);
        FindingRecord finding = Assert.Single(test.Findings);
        Assert.Equal(FindingKind.WritePastEnd, finding.Kind);
        AssertSites(finding, AllocationSite, 0, DetectionSite);
        Assert.Equal((ulong)block + (ulong)size, finding.Address);
        Assert.Equal((ulong)bytes, finding.Amount);
        AssertStillWorks(test);
    }

    [Fact]
    public void WritePastTheEndIsFoundByRealloc()
    {
        using var test = new TestEngine();
        byte* block = test.Malloc(100, AllocationSite);
        block[101] = 0;
        test.Realloc(block, 5000, DetectionSite);
        FindingRecord finding = Assert.Single(test.Findings);
        Assert.Equal(FindingKind.WritePastEnd, finding.Kind);
        Assert.Equal((ulong)block + 101, finding.Address);
    }

    [Fact]
    public void WritePastTheEndOfALiveBlockIsFoundAtTheEnd()
    {
        using var test = new TestEngine();
        byte* block = test.Malloc(100, AllocationSite);
        block[100] = 0;
        test.Snapshot(SnapshotReason.Exit);
        test.Snapshot(SnapshotReason.Exit);
        FindingRecord finding = Assert.Single(test.Findings);
        Assert.Equal(FindingKind.WritePastEnd, finding.Kind);
        Assert.Equal(1UL, finding.Occurrences);
        AssertSites(finding, AllocationSite, 0, 0);
    }

    [Fact]
    public void WhoAsksForTheUsableSizeMayUseIt()
    {
        using var test = new TestEngine();
        byte* block = test.Calloc(100, AllocationSite);
        nuint usable = test.Engine.UsableSize(block, 1);
        Assert.Equal(104u, usable);
        Assert.Equal(0, new Span<byte>(block, (int)usable).IndexOfAnyExcept((byte)0) + 1);
        new Span<byte>(block, (int)usable).Fill(0x41);
        test.Free(block);
        Assert.Empty(test.Findings);
    }

    [Theory]
    [InlineData(24)]
    [InlineData(100)]
    [InlineData(1032)]
    [InlineData(5000)]
    public void WriteAfterFreeIsFoundByTheNextBlockThere(int size)
    {
        using var test = new TestEngine();
        byte* block = test.Malloc((nuint)size, AllocationSite);
        test.Malloc(40, 1);
        test.Free(block, ReleaseSite);
        block[3] = 7;
        byte* next = test.Malloc((nuint)size, DetectionSite);
        Assert.Equal((nint)block, (nint)next);
        FindingRecord finding = Assert.Single(test.Findings);
        Assert.Equal(FindingKind.WriteAfterFree, finding.Kind);
        AssertSites(finding, AllocationSite, ReleaseSite, DetectionSite);
        Assert.Equal(1UL, finding.Amount);
        AssertStillWorks(test);
    }

    [Theory]
    [InlineData(24)]
    [InlineData(100)]
    [InlineData(2000)]
    [InlineData(5000)]
    public void WriteAfterFreeIsFoundAtTheEnd(int size)
    {
        using var test = new TestEngine();
        byte* block = test.Malloc((nuint)size, AllocationSite);
        test.Malloc(40, 1);
        test.Free(block, ReleaseSite);
        new Span<byte>(block, 16).Clear();
        test.Snapshot(SnapshotReason.Exit);
        FindingRecord finding = Assert.Single(test.Findings);
        Assert.Equal(FindingKind.WriteAfterFree, finding.Kind);
        AssertSites(finding, AllocationSite, ReleaseSite, 0);
    }

    [Fact]
    public void WriteAfterFreeIsFoundByCallocBeforeItClears()
    {
        using var test = new TestEngine();
        byte* low = test.Malloc(2000, 3);
        byte* block = test.Malloc(2000, AllocationSite);
        test.Malloc(40, 1);
        test.Free(low);
        test.Free(block, ReleaseSite);
        block[0] ^= 1;
        byte* cover = test.Calloc(4000, DetectionSite);
        Assert.Equal((nint)low, (nint)cover);
        FindingRecord finding = Assert.Single(test.Findings);
        Assert.Equal(FindingKind.WriteAfterFree, finding.Kind);
        AssertSites(finding, AllocationSite, ReleaseSite, DetectionSite);
    }

    [Fact]
    public void MarkersThatATrimDroppedAreNotMistaken()
    {
        using var test = new TestEngine();
        for (int round = 0; round < 5; round++)
        {
            // Blocks from top, freed from the top down: the heap shrinks and grows again over the same places.
            byte*[] blocks = new byte*[200];
            for (int i = 0; i < blocks.Length; i++)
                TestEngine.WritePages(blocks[i] = test.Malloc((nuint)(2000 + i * 16), AllocationSite), 2000);
            for (int i = blocks.Length - 1; i >= 0; i--)
                test.Free(blocks[i], ReleaseSite);
            test.Free(test.Malloc((nuint)(70_000 + round * 4096)));
        }

        test.Snapshot(SnapshotReason.Exit);
        Assert.Empty(test.Findings);
    }

    [Fact]
    public void TouchOfAFreedMapping()
    {
        using var test = new TestEngine();
        byte* block = test.Malloc(40 << 20, AllocationSite);
        test.Free(block, ReleaseSite);
        block[5 * 4096] = 1;
        block[6 * 4096] = 1;
        block[100 * 4096] = 1;
        test.Snapshot();
        test.Snapshot();
        FindingRecord finding = Assert.Single(test.Findings);
        Assert.Equal(FindingKind.TouchOfFreedPage, finding.Kind);
        AssertSites(finding, AllocationSite, ReleaseSite, 0);
        Assert.Equal(2UL, finding.Occurrences);
        Assert.Equal(2UL, finding.Amount);
        Assert.Equal((ulong)block, finding.BlockAddress);

        // The next mapping there is clean, as the kernel hands it out.
        byte* next = test.Calloc(40 << 20, 3);
        Assert.Equal((nint)block, (nint)next);
        Assert.Equal(-1, new Span<byte>(next, 40 << 20).IndexOfAnyExcept((byte)0));
        Assert.Single(test.Findings);
    }

    [Fact]
    public void ATouchOfAFreedMappingThatNoSnapshotSawIsFoundWhenThePlaceIsUsedAgain()
    {
        using var test = new TestEngine();
        byte* block = test.Malloc(40 << 20, AllocationSite);
        test.Free(block, ReleaseSite);
        block[5 * 4096] = 1;
        byte* next = test.Calloc(40 << 20, DetectionSite);
        Assert.Equal((nint)block, (nint)next);
        FindingRecord finding = Assert.Single(test.Findings);
        Assert.Equal(FindingKind.TouchOfFreedPage, finding.Kind);
        AssertSites(finding, AllocationSite, ReleaseSite, DetectionSite);
        Assert.Equal(-1, new Span<byte>(next, 1 << 20).IndexOfAnyExcept((byte)0));
    }

    [Fact]
    public void TouchOfAFreedPageOfTheHeap()
    {
        using var test = new TestEngine();
        byte* block = test.Malloc(100_000, AllocationSite);
        test.Malloc(40);
        test.Free(block, ReleaseSite);
        block[50_000] = 1;
        test.Snapshot();
        FindingRecord finding = Assert.Single(test.Findings);
        Assert.Equal(FindingKind.TouchOfFreedPage, finding.Kind);
        AssertSites(finding, AllocationSite, ReleaseSite, 0);
        Assert.Equal((ulong)block, finding.BlockAddress);
    }

    [Fact]
    public void ReallocOfAFreedBlockHandsOutAnother()
    {
        using var test = new TestEngine();
        byte* block = test.Malloc(100, AllocationSite);
        test.Free(block, ReleaseSite);
        byte* other = test.Realloc(block, 200, DetectionSite);
        Assert.True(other != null);
        new Span<byte>(other, 200).Fill(1);
        FindingRecord finding = Assert.Single(test.Findings);
        Assert.Equal(FindingKind.ReallocAfterFree, finding.Kind);
        AssertSites(finding, AllocationSite, ReleaseSite, DetectionSite);
        AssertStillWorks(test);
    }

    [Fact]
    public void OnlyFamiliesThatDifferElsewhereAreAMismatch()
    {
        using var test = new TestEngine();
        foreach (AllocationFamily allocated in Enum.GetValues<AllocationFamily>())
        {
            foreach (AllocationFamily freed in Enum.GetValues<AllocationFamily>())
            {
                if (allocated == AllocationFamily.Mapping || freed == AllocationFamily.Mapping)
                    continue;
                int before = test.Findings.Count;
                void* block = test.Engine.Allocate(64, 64, allocated, 1 + (int)allocated);
                test.Engine.Free(block, freed, 10 + (int)freed);
                bool same = allocated == freed || (IsMalloc(allocated) && IsMalloc(freed));
                Assert.Equal(same ? before : before + 1, test.Findings.Count);
            }
        }

        Assert.All(test.Findings, finding => Assert.Equal(FindingKind.FamilyMismatch, finding.Kind));
        AssertStillWorks(test);

        static bool IsMalloc(AllocationFamily family) => family is AllocationFamily.NativeMemory or AllocationFamily.Libc;
    }

    [Fact]
    public void TheMachineRunsOutOfFrames()
    {
        using var test = new TestEngine(ramBytes: 128UL << 20);
        nuint size = 80 << 20;
        byte* first = test.Malloc(size, AllocationSite);
        byte* second = test.Malloc(size, AllocationSite);
        TestEngine.WritePages(first, size);
        TestEngine.WritePages(second, size);
        SnapshotRecord snapshot = test.Snapshot();
        Assert.Contains(test.Findings, finding => finding.Kind == FindingKind.OutOfFrames);
        Assert.InRange(snapshot.UnbackedPages, 8_000UL, 30_000UL);
        test.Free(first);
        Assert.Equal(0UL, test.Snapshot().UnbackedPages - snapshot.UnbackedPages);
        test.Free(second);
        AssertStillWorks(test);
    }

    private static void AssertSites(FindingRecord finding, int allocation, int release, int detection)
        => Assert.Equal(((uint)allocation, (uint)release, (uint)detection), (finding.AllocationSite, finding.ReleaseSite, finding.DetectionSite));

    private static void AssertStillWorks(TestEngine test)
    {
        int findings = test.Findings.Count;
        byte*[] blocks = new byte*[50];
        for (int i = 0; i < blocks.Length; i++)
            new Span<byte>(blocks[i] = test.Malloc((nuint)(i * 100 + 1)), i * 100 + 1).Fill((byte)i);
        for (int i = 0; i < blocks.Length; i++)
        {
            Assert.Equal(-1, new Span<byte>(blocks[i], i * 100 + 1).IndexOfAnyExcept((byte)i));
            test.Free(blocks[i]);
        }

        test.Snapshot();
        Assert.Equal(findings, test.Findings.Count);
    }
}
