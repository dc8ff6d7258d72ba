using Faultline.Api;
using Faultline.Shim.Tests.Support;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Tests.Engine;

/// <summary>Pointers that may not be freed or resized: found, with both call sites, and survived.</summary>
public unsafe class WrongFreeTests
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
        Misuse.AssertSites(finding, AllocationSite, ReleaseSite, DetectionSite);
        Assert.Equal(2UL, finding.Occurrences);
        Assert.Equal((ulong)block, finding.Address);
        Assert.Equal((ulong)size, finding.BlockBytes);
        Misuse.AssertStillWorks(test);
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
        Misuse.AssertSites(finding, AllocationSite, 0, DetectionSite);
        Assert.Equal((ulong)block, finding.BlockAddress);
        Assert.Equal(finding.Address - (ulong)block, finding.Amount);
        Misuse.AssertStillWorks(test);
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
        Misuse.AssertStillWorks(test);
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
        Misuse.AssertStillWorks(test);
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
        Misuse.AssertSites(finding, AllocationSite, ReleaseSite, DetectionSite);
        Misuse.AssertStillWorks(test);
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
        Misuse.AssertStillWorks(test);

        static bool IsMalloc(AllocationFamily family) => family is AllocationFamily.NativeMemory or AllocationFamily.Libc;
    }
}
