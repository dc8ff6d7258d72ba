using Faultline.Shim.Tests.Support;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Tests.Engine;

/// <summary>Writes into freed blocks and touches of freed pages: found, with both call sites, and survived.</summary>
public unsafe class UseAfterFreeTests
{
    private const int AllocationSite = 11;
    private const int ReleaseSite = 12;
    private const int DetectionSite = 13;

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
        Misuse.AssertSites(finding, AllocationSite, ReleaseSite, DetectionSite);
        Assert.Equal(1UL, finding.Amount);
        Misuse.AssertStillWorks(test);
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
        Misuse.AssertSites(finding, AllocationSite, ReleaseSite, 0);
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
        Misuse.AssertSites(finding, AllocationSite, ReleaseSite, DetectionSite);
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
        Misuse.AssertSites(finding, AllocationSite, ReleaseSite, 0);
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
        Misuse.AssertSites(finding, AllocationSite, ReleaseSite, DetectionSite);
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
        Misuse.AssertSites(finding, AllocationSite, ReleaseSite, 0);
        Assert.Equal((ulong)block, finding.BlockAddress);
    }
}
