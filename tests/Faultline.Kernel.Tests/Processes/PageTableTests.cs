namespace Faultline.Kernel.Tests;

/// <summary>When page tables come and go: VmPTE as Linux 6.18 showed it.</summary>
public sealed class PageTableTests : IDisposable
{
    private const ulong Bytes = 8UL << 20;

    private readonly Machine _machine = new(new MachineOptions { RamBytes = 1UL << 30 });
    private readonly Process _process;
    private readonly VirtualAddress _start;

    public PageTableTests()
    {
        _process = _machine.CreateProcess(AddressSpaceLayout.X64);
        _start = _process.Mmap(default, Bytes, Protection.ReadWrite, MapFlags.Private).Address;
    }

    public void Dispose() => _machine.Dispose();

    [Fact]
    public void TheFirstTouchMakesTheTablesAboveIt()
    {
        Assert.Equal(0UL, Tables());
        _process.Access(_start, AccessKind.Read);
        Assert.Equal(3UL, Tables());
        _process.AccessRange(_start, Bytes, AccessKind.Write);
        Assert.Equal(2UL + 4, Tables());
        Assert.Equal(Tables() + 1, _machine.Stat[VmEvent.nr_page_table_pages]);
    }

    [Fact]
    public void DontNeedFreesOnlyTablesItCoversWhole()
    {
        _process.AccessRange(_start, Bytes, AccessKind.Write);
        for (ulong offset = 0; offset < Bytes; offset += 1 << 20)
            _process.Madvise(_start + offset, 1 << 20, Advice.DontNeed);
        Assert.Equal(6UL, Tables());
        _process.AccessRange(_start, Bytes, AccessKind.Write);
        _process.Madvise(_start, Bytes, Advice.DontNeed);
        Assert.Equal(2UL, Tables());
    }

    [Fact]
    public void UnmappingFreesTheTablesOfTheHoleItLeaves()
    {
        _process.AccessRange(_start, Bytes, AccessKind.Write);
        _process.Munmap(_start + 4096, (4UL << 20) - 4096);
        Assert.Equal(2UL + 3, Tables());
        _process.Munmap(_start, 4096);
        Assert.Equal(2UL + 2, Tables());
        _process.Munmap(_start + (4UL << 20), Bytes);
        Assert.Equal(0UL, Tables());
        _machine.CheckInvariants();
    }

    [Fact]
    public void MovingAlignedRangesMovesWholeTables()
    {
        VirtualAddress wall = _process.Mmap(_start + Bytes, 4096, Protection.None, MapFlags.Private | MapFlags.Fixed).Address;
        Assert.Equal(_start + Bytes, wall);
        _process.AccessRange(_start, Bytes, AccessKind.Write);
        Pfn frame = _process.FrameOf(_start);
        ulong taken = _machine.Stat[VmEvent.pgalloc_dma32];
        VirtualAddress moved = _process.Mremap(_start, Bytes, 2 * Bytes, mayMove: true).Address;
        Assert.Equal(frame, _process.FrameOf(moved));
        Assert.Equal(2UL + 4, Tables());
        Assert.True(_machine.Stat[VmEvent.pgalloc_dma32] - taken <= 2);
        _machine.CheckInvariants();
    }

    [Fact]
    public void CountersHaveTheirNamesInProc()
    {
        _process.AccessRange(_start, Bytes, AccessKind.Write);
        string[] lines = VmStatFile.Text(_machine).Split('\n');
        Assert.Contains("pgfault 2048", lines);
        Assert.Contains("nr_anon_pages 2048", lines);
        Assert.StartsWith("nr_free_pages ", lines[0]);
        Assert.Equal(_machine.FreePages.Value, _machine.Stat[VmEvent.nr_free_pages]);
        Assert.Equal(_machine.Zones.Aggregate(0UL, (sum, zone) => sum + zone.FreePages), _machine.FreePages.Value);
    }

    private ulong Tables() => _process.PageTablePages.Value;
}
