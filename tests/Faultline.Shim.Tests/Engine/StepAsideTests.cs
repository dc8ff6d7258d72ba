using Faultline.Api;
using Faultline.Shim.Tests.Support;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Tests.Engine;

/// <summary>A broken model is the end of the simulation, not of the program: it is broken here on purpose.</summary>
public unsafe class StepAsideTests
{
    [Fact]
    public void TheProgramGoesOnWithTheRealAllocator()
    {
        using var test = new TestEngine();
        byte* small = test.Malloc(100);
        byte* big = test.Malloc(1 << 20);
        small[99] = 7;
        big[(1 << 20) - 1] = 8;
        // The table forgets the big block's mapping, which moving it then misses.
        test.Engine.Watched.Mappings.Remove(test.Engine.Watched.LowestMapping, test.Engine.Watched.Arena.End);

        byte* moved = test.Realloc(big, 3 << 20);
        Assert.True(test.Engine.HasSteppedAside);
        Assert.False(test.Engine.Owns(moved));
        Assert.Equal(8, moved[(1 << 20) - 1]);
        test.Free(moved);

        byte* grown = test.Realloc(small, 200);
        Assert.False(test.Engine.Owns(grown));
        Assert.Equal(7, grown[99]);
        test.Free(small);
        Assert.Equal(7, small[99]);
        byte* aligned = (byte*)test.Engine.ReallocateAligned(small, 64, 256, 256, 1);
        Assert.Equal((7, 0UL), (aligned[99], (ulong)aligned & 63));
        foreach (nint block in new[] { (nint)test.Malloc(10), (nint)test.Calloc(10), (nint)test.Memalign(64, 10), (nint)grown, (nint)aligned })
        {
            Assert.False(test.Engine.Owns((void*)block));
            test.Engine.Free((void*)block, AllocationFamily.Libc, 1);
        }

        test.Engine.TakeSnapshot(SnapshotReason.Exit);
        Assert.Single(test.Findings, finding => finding.Kind == FindingKind.Internal);
        SessionNote note = Assert.Single(SessionNotes.Read(test.Tool), note => note.Kind == "internal");
        Assert.Contains("the simulation stopped after 3 calls", note.Text);
    }
}
