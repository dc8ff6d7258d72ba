using System.Runtime.InteropServices;
using Faultline.Shim.Runtime;
using Faultline.Shim.Tests.Support;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Tests.Facades;

/// <summary>mmap and its relatives: what is simulated, what is left to the real kernel, and that both work.</summary>
public unsafe class MappingShimTests
{
    private const int ReadWrite = 3;
    private const int PrivateAnonymous = 0x22;
    private const int SharedAnonymous = 0x21;
    private const int Fixed = 0x10;
    private const int FixedNoReplace = 0x100000;
    private const int Populate = 0x8000;
    private const int MayMove = 1;
    private const nuint Page = 4096;
    private readonly int _site = RoutedProcess.NextSite();

    [Fact]
    public void APrivateAnonymousMappingIsSimulated()
    {
        byte* start = Map(10 * Page + 5);
        Assert.True(ShimRuntime.Engine!.Owns(start));
        Assert.Equal(-1, new Span<byte>(start, (int)(11 * Page)).IndexOfAnyExcept((byte)0));
        start[0] = 1;
        start[11 * Page - 1] = 1;
        Assert.Equal(0, LibcShim.munmap(start, 10 * Page + 5, _site));
        SiteCounters counters = RoutedProcess.Site(_site);
        Assert.Equal((1UL, 1UL, 1UL), (counters.Allocations, counters.MappedAllocations, counters.Released));
        Assert.Equal((40965UL, 45056UL), (counters.RequestedBytes, counters.UsableBytes));
        Assert.Equal((40965UL, 45056UL), (counters.ReleasedRequestedBytes, counters.ReleasedUsableBytes));
        // All eleven pages were read above before two of them were written; the look at the end sees nine zero pages and two written ones.
        Assert.Equal(11UL, counters.MinorFaults);
    }

    [Fact]
    public void MappingsOfOtherKindsAreReal()
    {
        void* shared = LibcShim.mmap(null, Page, ReadWrite, SharedAnonymous, -1, 0, _site);
        Assert.False(ShimRuntime.Engine!.Owns(shared));
        *(int*)shared = 1;
        Assert.Equal(0, LibcShim.madvise(shared, Page, 4, _site));
        Assert.Equal(0, LibcShim.munmap(shared, Page, _site));
        Assert.Equal(0UL, RoutedProcess.Site(_site).Allocations);

        Marshal.SetLastSystemError(0);
        Assert.Equal(-1, (nint)LibcShim.mmap(null, 0, ReadWrite, PrivateAnonymous, -1, 0, _site));
        Assert.Equal(22, Marshal.GetLastSystemError());
        Assert.Equal(-1, (nint)LibcShim.mmap(null, Page, ReadWrite, 0x02, 12345, 0, _site));
        Assert.Equal(9, Marshal.GetLastSystemError());
    }

    [Fact]
    public void AMappingGoesPieceByPiece()
    {
        byte* start = Map(10 * Page);
        for (nuint i = 0; i < 10; i++)
            start[i * Page] = (byte)i;
        Assert.Equal(0, LibcShim.munmap(start + 3 * Page, 2 * Page, _site));
        Assert.Equal((2UL, 0UL), Blocks());
        Assert.Equal(0, LibcShim.munmap(start, 1 * Page, _site));
        Assert.Equal(2, start[2 * Page]);
        Assert.Equal(9, start[9 * Page]);
        Assert.Equal(0, LibcShim.munmap(start, 10 * Page, _site));
        Assert.Equal((2UL, 2UL), Blocks());
        SiteCounters counters = RoutedProcess.Site(_site);
        Assert.Equal(counters.RequestedBytes, counters.ReleasedRequestedBytes);
        Assert.Equal(counters.UsableBytes, counters.ReleasedUsableBytes);
        Assert.Equal(10UL, counters.MinorFaults);
        Assert.Equal(0, LibcShim.munmap(start, 10 * Page, _site));
        Assert.Empty(RoutedProcess.FindingsAt(_site));
    }

    [Fact]
    public void MremapKeepsTheContents()
    {
        byte* start = Map(2 * Page);
        byte* wall = Map(2 * Page);
        start[0] = 1;
        start[Page] = 2;
        byte* moved = (byte*)LibcShim.mremap(start, 2 * Page, 100 * Page, MayMove, null, _site);
        Assert.NotEqual(-1, (nint)moved);
        Assert.Equal((1, 2, 0), (moved[0], moved[Page], moved[2 * Page]));
        byte* shrunk = (byte*)LibcShim.mremap(moved, 100 * Page, Page, 0, null, _site);
        Assert.Equal((nint)moved, (nint)shrunk);
        Assert.Equal(1, shrunk[0]);

        // Part of a mapping: the piece that is moved becomes a mapping of its own.
        byte* whole = Map(8 * Page);
        for (nuint i = 0; i < 8; i++)
            whole[i * Page] = (byte)(i + 10);
        byte* piece = (byte*)LibcShim.mremap(whole + 2 * Page, 2 * Page, 300 * Page, MayMove, null, _site);
        Assert.Equal((12, 13), (piece[0], piece[Page]));
        Assert.Equal((11, 14), (whole[Page], whole[4 * Page]));

        Marshal.SetLastSystemError(0);
        Assert.Equal(-1, (nint)LibcShim.mremap(shrunk, Page, Page << 40, MayMove, null, _site));
        Assert.Equal(12, Marshal.GetLastSystemError());
        foreach ((nint at, nuint length) in new[] { ((nint)wall, 2 * Page), ((nint)shrunk, Page), ((nint)whole, 2 * Page), ((nint)whole + 4 * 4096, 4 * Page), ((nint)piece, 300 * Page) })
            Assert.Equal(0, LibcShim.munmap((void*)at, length, _site));
        (ulong allocations, ulong released) = Blocks();
        Assert.Equal(allocations, released);
        Assert.Empty(RoutedProcess.FindingsAt(_site));
    }

    [Fact]
    public void MremapToAFixedPlaceLeavesTheSimulation()
    {
        byte* start = Map(4 * Page);
        start[0] = 7;
        void* place = LibcShim.mmap(null, 4 * Page, ReadWrite, SharedAnonymous, -1, 0, _site);
        const int MayMoveFixed = 3;
        byte* moved = (byte*)LibcShim.mremap(start, 4 * Page, 4 * Page, MayMoveFixed, place, _site);
        Assert.Equal((nint)place, (nint)moved);
        Assert.Equal(7, moved[0]);
        Assert.Equal(0, LibcShim.munmap(moved, 4 * Page, _site));
        Assert.Equal((1UL, 1UL), Blocks());

        byte* from = Map(2 * Page);
        byte* to = Map(2 * Page);
        from[0] = 8;
        Assert.Equal((nint)to, (nint)LibcShim.mremap(from, 2 * Page, 2 * Page, MayMoveFixed, to, _site));
        Assert.Equal(8, to[0]);
        Assert.Equal(0, LibcShim.munmap(to, 2 * Page, _site));
        // The places are the arena's again.
        byte* again = Map(2 * Page);
        Assert.Equal(0, again[0]);
        Assert.Equal(0, LibcShim.munmap(again, 2 * Page, _site));
        Assert.Contains(SessionNotes.Read(RoutedProcess.Session), note => note.Kind == "mremap");
    }

    [Fact]
    public void AFixedMappingReplacesTheProgramsOwn()
    {
        byte* start = Map(4 * Page);
        NativeMemory.Fill(start, 4 * Page, 9);
        byte* middle = start + Page;
        Assert.Equal((nint)middle, (nint)LibcShim.mmap(middle, Page, ReadWrite, PrivateAnonymous | Fixed, -1, 0, _site));
        Assert.Equal((9, 0, 9), (start[0], middle[0], middle[Page]));
        Assert.Equal((nint)middle, (nint)LibcShim.mmap(middle, Page, ReadWrite, SharedAnonymous | Fixed, -1, 0, _site));
        Assert.Equal((9, 0, 9), (start[0], middle[0], middle[Page]));
        middle[0] = 1;
        ShimRuntime.Engine!.TakeSnapshot(SnapshotReason.Periodic);

        Marshal.SetLastSystemError(0);
        Assert.Equal(-1, (nint)LibcShim.mmap(middle, Page, ReadWrite, PrivateAnonymous | FixedNoReplace, -1, 0, _site));
        Assert.Equal(17, Marshal.GetLastSystemError());
        Assert.Equal(0, LibcShim.munmap(start, 4 * Page, _site));
        (ulong allocations, ulong released) = Blocks();
        Assert.Equal(allocations, released);

        // Over the heap nothing may be mapped.
        void* block = LibcShim.malloc(100_000, _site);
        void* page = (void*)(((nuint)block + Page) & ~(Page - 1));
        Assert.Equal(-1, (nint)LibcShim.mmap(page, Page, ReadWrite, PrivateAnonymous | Fixed, -1, 0, _site));
        LibcShim.free(block, _site);
        Assert.Empty(RoutedProcess.FindingsAt(_site));
    }

    [Fact]
    public void ReservedAndThenOpened()
    {
        byte* start = (byte*)LibcShim.mmap(null, 100 * Page, 0, PrivateAnonymous, -1, 0, _site);
        Assert.Equal(0, mprotect(start + 10 * Page, 10 * Page, ReadWrite));
        for (nuint i = 10; i < 20; i++)
            start[i * Page] = 1;
        Assert.Equal(0, LibcShim.munmap(start, 100 * Page, _site));
        Assert.Equal(10UL, RoutedProcess.Site(_site).MinorFaults);
        // The next mapping there may be used at once, whatever protection the last one had.
        byte* next = Map(100 * Page);
        NativeMemory.Fill(next, 100 * Page, 1);
        Assert.Equal(0, LibcShim.munmap(next, 100 * Page, _site));
    }

    [Fact]
    public void PopulatedPagesAreThere()
    {
        byte* start = (byte*)LibcShim.mmap(null, 16 * Page, ReadWrite, PrivateAnonymous | Populate, -1, 0, _site);
        byte* present = stackalloc byte[16];
        Assert.Equal(0, mincore(start, 16 * Page, present));
        Assert.Equal(-1, new Span<byte>(present, 16).IndexOf((byte)0));
        Assert.Equal(0, LibcShim.munmap(start, 16 * Page, _site));
    }

    [Fact]
    public void AdviceDropsPages()
    {
        byte* start = Map(8 * Page);
        NativeMemory.Fill(start, 8 * Page, 3);
        Assert.Equal(0, LibcShim.madvise(start + 2 * Page, 4 * Page, 4, _site));
        Assert.Equal((3, 0, 0, 3), (start[Page], start[2 * Page], start[5 * Page], start[6 * Page]));
        start[3 * Page] = 1;
        Assert.Equal(0, LibcShim.madvise(start, 8 * Page, 14, _site));
        Assert.Equal(0, LibcShim.madvise(start, 8 * Page, 3, _site));
        Marshal.SetLastSystemError(0);
        Assert.Equal(-1, LibcShim.madvise(start, 8 * Page, 4711, _site));
        Assert.Equal(22, Marshal.GetLastSystemError());
        Assert.Equal(-1, LibcShim.madvise(start + 1, Page, 4, _site));
        Assert.Equal(22, Marshal.GetLastSystemError());
        Assert.Equal(0, LibcShim.munmap(start, 8 * Page, _site));
        // Over a hole the mapped parts are emptied all the same.
        byte* holed = Map(6 * Page);
        NativeMemory.Fill(holed, 6 * Page, 5);
        Assert.Equal(0, LibcShim.munmap(holed + 2 * Page, 2 * Page, _site));
        Assert.Equal(-1, LibcShim.madvise(holed, 6 * Page, 4, _site));
        Assert.Equal((0, 0), (holed[0], holed[5 * Page]));
        Assert.Equal(0, LibcShim.munmap(holed, 6 * Page, _site));

        // Eight, then two read and one written of those that were dropped; six and two read again of the one with the hole.
        Assert.Equal(8UL + 3 + 6 + 2, RoutedProcess.Site(_site).MinorFaults);

        // Advice on heap pages under a guarded block: the guard is gone, which is not the program's fault.
        byte* block = (byte*)LibcShim.memalign(4096, 3 * Page - 100, _site);
        block[3 * Page - 101] = 1;
        Assert.Equal(0, LibcShim.madvise(block, 3 * Page, 4, _site));
        LibcShim.free(block, _site);
        Assert.Empty(RoutedProcess.FindingsAt(_site));
    }

    [Fact]
    public void MunmapOfTheAllocatorsMemoryIsReported()
    {
        byte* block = (byte*)LibcShim.malloc(10_000_000, _site);
        Assert.Equal(0, LibcShim.munmap(block - 16, 1 << 20, _site));
        block[100] = 1;
        Assert.Contains(RoutedProcess.FindingsAt(_site), finding => finding.Kind is FindingKind.FreeOfInteriorPointer);
        LibcShim.free(block, _site);
    }

    private (ulong Allocations, ulong Released) Blocks()
    {
        SiteCounters counters = RoutedProcess.Site(_site);
        return (counters.Allocations, counters.Released);
    }

    private byte* Map(nuint length)
    {
        void* start = LibcShim.mmap(null, length, ReadWrite, PrivateAnonymous, -1, 0, _site);
        Assert.NotEqual(-1, (nint)start);
        RoutedProcess.Site(_site);
        return (byte*)start;
    }

    [DllImport("libc")]
    private static extern int mprotect(void* start, nuint length, int protection);

    [DllImport("libc")]
    private static extern int mincore(void* start, nuint length, byte* vector);
}
