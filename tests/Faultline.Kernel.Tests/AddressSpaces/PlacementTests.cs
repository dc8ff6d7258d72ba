namespace Faultline.Kernel.Tests;

public sealed class PlacementTests : IDisposable
{
    private const ulong MiB = 1UL << 20;
    private const ulong Base = 0x7f00_0000_0000;

    private static readonly AddressSpaceLayout s_layout = new() { BrkStart = new(0x5000_0000_0000), MmapBase = new(Base) };
    private readonly Machine _machine = new(new MachineOptions { RamBytes = 1UL << 30 });
    private readonly Process _process;

    public PlacementTests() => _process = _machine.CreateProcess(s_layout);

    public void Dispose() => _machine.Dispose();

    [Fact]
    public void TheHighestHoleThatFitsIsTaken()
    {
        Assert.Equal(Base - 0x3000, Map(0x3000));
        Assert.Equal(Base - 0x4000, Map(0x1000));
        Assert.Equal(Base - 0x9000, Map(0x5000));
        Unmap(Base - 0x3000, 0x2000);
        Assert.Equal(Base - 0xc000, Map(0x3000));
        Assert.Equal(Base - 0x2000, Map(0x1000));
        Assert.Equal(Base - 0x3000, Map(0x1000));
    }

    [Fact]
    public void WholeHugePagesStartOnTheirBoundary()
    {
        Assert.Equal(Base - 2 * MiB, Map(2 * MiB));
        Assert.Equal(Base - 2 * MiB - 0x1000, Map(0x1000));
        Assert.Equal(Base - 8 * MiB, Map(4 * MiB));
        Assert.Equal(Base - 2 * MiB - 0x2000, Map(0x1000));
    }

    [Fact]
    public void AHintIsTakenIfFreeElseTheSearchIsUnaligned()
    {
        ulong hint = Base - 64 * MiB;
        Assert.Equal(hint, Map(2 * MiB, hint));
        Map(0x1000);
        Assert.Equal(Base - 2 * MiB - 0x1000, Map(2 * MiB, hint));
    }

    [Fact]
    public void GrowingStaysIfThereIsRoomAboveElseMovesWhileTheOldRangeIsTaken()
    {
        ulong high = Map(0x2000);
        ulong low = Map(0x2000);
        Assert.Equal(low - 0x3000, _process.Mremap(new(low), 0x2000, 0x3000, mayMove: true).Address.Value);
        Assert.Equal(Errno.ENOMEM, _process.Mremap(new(high), 0x2000, 0x3000, mayMove: false).Error);
        ulong hinted = Map(0x1000, Base - 64 * MiB);
        Assert.Equal(hinted, _process.Mremap(new(hinted), 0x1000, MiB, mayMove: true).Address.Value);
        Assert.Equal(hinted, _process.Mremap(new(hinted), MiB, 0x1000, mayMove: true).Address.Value);
    }

    [Fact]
    public void TheBreakKeepsAGuardPageBelowTheObstacle()
    {
        const ulong Room = 10 * MiB;
        ulong wall = Map(0x1000, s_layout.BrkStart.Value + Room + 0x1000);
        Assert.Equal(s_layout.BrkStart, _process.Brk(s_layout.BrkStart + Room + 1));
        Assert.Equal(s_layout.BrkStart + Room, _process.Brk(s_layout.BrkStart + Room));
        Assert.Equal(wall, s_layout.BrkStart.Value + Room + 0x1000);
        Process process = _machine.CreateProcess(s_layout with { BrkLimit = s_layout.BrkStart + Room + 0x1000 });
        Assert.Equal(s_layout.BrkStart, process.Brk(VirtualAddress.Null));
        Assert.Equal(s_layout.BrkStart, process.Brk(s_layout.BrkStart + Room + 1));
        Assert.Equal(s_layout.BrkStart + Room, process.Brk(s_layout.BrkStart + Room));
        Assert.Equal(Room / 4096, process.VirtualPages.Value);
        process.AccessRange(s_layout.BrkStart, Room, AccessKind.Write);
        process.Brk(s_layout.BrkStart + 5);
        Assert.Equal(1UL, process.ResidentPages.Value);
        Assert.Equal(s_layout.BrkStart + 5, process.CurrentBreak);
    }

    [Fact]
    public void OneMappingLargerThanAllMemoryIsRefusedAndManySmallerOnesAreNot()
    {
        Assert.Equal(Errno.ENOMEM, _process.Mmap(default, 2UL << 30, Protection.ReadWrite, MapFlags.Private).Error);
        Assert.False(_process.Mmap(default, 2UL << 30, Protection.ReadWrite, MapFlags.Private | MapFlags.NoReserve).Failed);
        Assert.False(_process.Mmap(default, 2UL << 30, Protection.None, MapFlags.Private).Failed);
        for (int i = 0; i < 4; i++)
            Map(900 * MiB);
    }

    private ulong Map(ulong length, ulong hint = 0)
    {
        SystemCallResult result = _process.Mmap(new(hint), length, Protection.ReadWrite, MapFlags.Private);
        Assert.False(result.Failed);
        return result.Address.Value;
    }

    private void Unmap(ulong start, ulong length) => Assert.False(_process.Munmap(new(start), length).Failed);
}
