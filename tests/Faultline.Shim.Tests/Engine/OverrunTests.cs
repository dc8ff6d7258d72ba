using Faultline.Shim.Tests.Support;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Tests.Engine;

/// <summary>Writes past the end of a block, and a machine that is too small: found and survived.</summary>
public unsafe class OverrunTests
{
    private const int AllocationSite = 11;
    private const int DetectionSite = 13;

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
        Misuse.AssertSites(finding, AllocationSite, 0, DetectionSite);
        Assert.Equal((ulong)block + (ulong)size, finding.Address);
        Assert.Equal((ulong)bytes, finding.Amount);
        Misuse.AssertStillWorks(test);
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
        Misuse.AssertSites(finding, AllocationSite, 0, 0);
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
        Misuse.AssertStillWorks(test);
    }

    [Fact]
    public void AHeapThatOutgrowsTheMachineIsNoWrongUse()
    {
        using var test = new TestEngine(ramBytes: 128UL << 20);
        byte*[] blocks = new byte*[1500];
        for (int i = 0; i < blocks.Length; i++)
            TestEngine.WritePages(blocks[i] = test.Malloc(100_000, AllocationSite), 100_000);
        Assert.True(test.Snapshot().UnbackedPages > 1000);
        foreach (byte* block in blocks)
            test.Free(block);
        test.Snapshot(SnapshotReason.Exit);
        Assert.All(test.Findings, finding => Assert.Equal(FindingKind.OutOfFrames, finding.Kind));
        Assert.NotEmpty(test.Findings);
    }
}
