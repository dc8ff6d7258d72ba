namespace Faultline.Kernel.Tests;

/// <summary>Objects of the reverse maps of private memory: how many areas, processes and generations of them take.</summary>
public sealed class AnonVmaTests : IDisposable
{
    private readonly Machine _machine = new(new MachineOptions { RamBytes = 1UL << 30 });
    private readonly Process _process;
    private readonly VirtualAddress _start;

    public AnonVmaTests()
    {
        _process = _machine.CreateProcess(AddressSpaceLayout.X64);
        _start = _process.Mmap(default, 64 * 4096, Protection.ReadWrite, MapFlags.Private).Address;
    }

    public void Dispose()
    {
        _machine.CheckInvariants();
        _machine.Dispose();
    }

    private (ulong Maps, ulong Links) Count => (_machine.AnonVmas.Maps, _machine.AnonVmas.Links);

    [Fact]
    public void TheFirstWriteMakesOneAndReadsNone()
    {
        _process.AccessRange(_start, 64 * 4096, AccessKind.Read);
        Assert.Equal((0UL, 0UL), Count);
        _process.AccessRange(_start, 64 * 4096, AccessKind.Write);
        Assert.Equal((1UL, 1UL), Count);
        Assert.Equal(1UL, _machine.Caches.AnonVma.ObjectsInUse);
    }

    [Fact]
    public void PiecesOfAnAreaShareItAndAreLinkedEach()
    {
        _process.AccessRange(_start, 4096, AccessKind.Write);
        _process.Mprotect(_start + (20 * 4096), 10 * 4096, Protection.Read);
        Assert.Equal((1UL, 3UL), Count);
        _process.Mprotect(_start + (20 * 4096), 10 * 4096, Protection.ReadWrite);
        Assert.Equal((1UL, 1UL), Count);
        _process.Munmap(_start, 64 * 4096);
        Assert.Equal((0UL, 0UL), Count);
    }

    [Fact]
    public void NeighboursThatCouldBecomeOneShareIt()
    {
        _process.Mprotect(_start, 32 * 4096, Protection.Read);
        _process.Access(_start + (40 * 4096), AccessKind.Write);
        _process.Mprotect(_start, 16 * 4096, Protection.ReadWrite);
        _process.Access(_start, AccessKind.Write);
        Assert.Equal((2UL, 2UL), Count);
        _process.Mprotect(_start + (16 * 4096), 16 * 4096, Protection.Read | Protection.Execute);
        _process.Mprotect(_start + (16 * 4096), 16 * 4096, Protection.ReadWrite);
        _process.Access(_start + (20 * 4096), AccessKind.Write);
        Assert.Equal((2UL, 2UL), Count);
    }

    /// <summary>Each generation is linked to all before it: 1 + 2 + 3 + 4 links for one area.</summary>
    [Fact]
    public void EachGenerationOfForkIsLinkedToAllBefore()
    {
        _process.AccessRange(_start, 4096, AccessKind.Write);
        Process child = _process.Fork()!, grandchild = child.Fork()!;
        grandchild.Fork();
        Assert.Equal((4UL, 10UL), Count);
    }

    /// <summary>The middle generation's is used by nobody when it has gone, and has one child: the next fork takes it over.</summary>
    [Fact]
    public void AnAncestorsThatNobodyUsesIsTakenOver()
    {
        _process.AccessRange(_start, 4096, AccessKind.Write);
        Process child = _process.Fork()!, grandchild = child.Fork()!;
        child.Exit();
        Assert.Equal((3UL, 4UL), Count);
        Process next = grandchild.Fork()!;
        Assert.Equal((3UL, 7UL), Count);
        next.Exit();
        grandchild.Exit();
        Assert.Equal((1UL, 1UL), Count);
    }

    [Fact]
    public void ARootStaysUntilItsDescendantsHaveGone()
    {
        _process.AccessRange(_start, 4096, AccessKind.Write);
        Process child = _process.Fork()!;
        _process.Exit();
        Assert.Equal((2UL, 2UL), Count);
        child.Exit();
        Assert.Equal((0UL, 0UL), Count);
    }

    [Fact]
    public void AMovedAreaTakesItsLinkAlong()
    {
        _process.AccessRange(_start, 64 * 4096, AccessKind.Write);
        _process.Mmap(_start + (64 * 4096), 4096, Protection.Read, MapFlags.Private | MapFlags.Fixed);
        Assert.False(_process.Mremap(_start, 64 * 4096, 128 * 4096, mayMove: true).Failed);
        Assert.Equal((1UL, 1UL), Count);
    }

    /// <summary>Where there is no kernel memory for it a write fails, and the process is as it was.</summary>
    [Fact]
    public void LongChainsAreCopiedOrNothingIs()
    {
        _process.AccessRange(_start, 4096, AccessKind.Write);
        Process last = _process;
        for (int i = 0; i < 150; i++)
            last = last.Fork()!;
        Assert.Equal((151UL, 151UL * 152 / 2), Count);
        Assert.False(last.Mprotect(_start + 4096, 4096, Protection.Read).Failed);
        Assert.Equal((151UL, (151UL * 152 / 2) + 302), Count);
    }
}
