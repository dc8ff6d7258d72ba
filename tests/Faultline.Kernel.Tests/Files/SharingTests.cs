namespace Faultline.Kernel.Tests;

/// <summary>What processes share, and how the numbers of /proc tell it.</summary>
public sealed class SharingTests : IDisposable
{
    private const int Programs = 10;

    private readonly Machine _machine = new(new MachineOptions { RamBytes = 1UL << 30 });

    public void Dispose() => _machine.Dispose();

    /// <summary>SHR of top is what may be shared: added up over processes it counts each page as often as it is mapped. Pss adds up to what is used.</summary>
    [Fact]
    public void SharedPagesMustNotBeAddedUpButProportionalOnesMay()
    {
        for (int i = 0; i < Programs; i++)
            _machine.Spawn(ProgramImages.Daemon);
        ulong shared = 0, resident = 0, proportional = 0, inUse = MappedFrames();
        foreach (Process process in _machine.Processes)
        {
            AreaUsage usage = process.SmapsRollup();
            Assert.Equal(process.ResidentPages.Bytes.Value, usage.Rss);
            shared += process.SharedPages.Value;
            resident += process.ResidentPages.Value;
            proportional += usage.ProportionalShift12;
        }

        Assert.True(shared > 2 * inUse, $"SHR adds up to {shared} pages, {inUse} are in use");
        Assert.True(resident > shared);
        ulong bytes = proportional >> AreaUsage.PssShift;
        Assert.InRange(bytes, inUse * 4096 - (ulong)Programs * 4096, inUse * 4096);
        _machine.CheckInvariants();
    }

    [Fact]
    public void TextIsTheSameFramesInEveryProcessAndDataIsNot()
    {
        Process first = _machine.Spawn(ProgramImages.Daemon), second = _machine.Spawn(ProgramImages.Daemon);
        AreaInfo text = first.Maps().First(area => area.Name.EndsWith("libc.so.6", StringComparison.Ordinal) && area.Permissions == "r-xp");
        AreaInfo data = first.Maps().Last(area => area.Name.EndsWith("libc.so.6", StringComparison.Ordinal));
        Assert.Equal("rw-p", data.Permissions);
        Assert.Equal(first.FrameOf(text.Start), second.FrameOf(text.Start));
        Assert.NotEqual(first.FrameOf(data.Start), second.FrameOf(data.Start));
        Assert.Equal(PageState.Cached, first.StateOf(text.Start));
        Assert.Equal(PageState.Private, first.StateOf(data.Start));
        second.Exit();
        Assert.NotEqual(Pfn.None, first.FrameOf(text.Start));
        _machine.CheckInvariants();
    }

    /// <summary>The second start reads nothing from the disk.</summary>
    [Fact]
    public void TheSecondProgramStartsWithoutReading()
    {
        Assert.NotEqual(0UL, _machine.Spawn(ProgramImages.DotNet).MajorFaults);
        ulong read = _machine.Stat[VmEvent.pgpgin];
        Assert.Equal(0UL, _machine.Spawn(ProgramImages.DotNet).MajorFaults);
        Assert.Equal(read, _machine.Stat[VmEvent.pgpgin]);
    }

    [Fact]
    public void MapsOfARealProgramComeBackAsTheyWere()
    {
        string text = MapsText.Of(_machine.Spawn(ProgramImages.Daemon));
        using var other = new Machine(new MachineOptions { RamBytes = 1UL << 30 });
        Process process = other.Spawn(MapsImage.Parse("daemon", text + "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]\n"));
        Assert.Equal(text, MapsText.Of(process));
        Assert.Equal(0UL, process.ResidentPages.Value);
        other.CheckInvariants();
    }

    /// <summary>As a program that works in a part of its address space of its own: what it has mapped stays, its heap and mappings are there.</summary>
    [Fact]
    public void AProcessOutOfMapsWorksWithinItsBounds()
    {
        string[] lines = MapsText.Of(_machine.Spawn(ProgramImages.Daemon)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string text = string.Join('\n', lines.Where(line => !line.EndsWith("[heap]", StringComparison.Ordinal)));
        ulong heap = 0x5555_6000_0000, start = 1UL << 44, end = start + (1UL << 30);
        AddressSpaceLayout bounds = new() { BrkStart = new(start), MmapMin = new(start), MmapBase = new(end) };
        using var other = new Machine(new MachineOptions { RamBytes = 1UL << 30 });
        Process process = other.Spawn(MapsImage.Parse("daemon", $"{text}\n{heap:x}-{heap + 8192:x} rw-p 00000000 00:00 0 [heap]\n"), bounds: bounds);
        Assert.Equal(start + 8192, process.Brk(new(start + 8192)).Value);
        ulong mapping = process.Mmap(new(heap + (1UL << 30)), 1 << 20, Protection.ReadWrite, MapFlags.Private).Address.Value;
        Assert.Equal(end - (1 << 20), mapping);
        Assert.Equal(Errno.ENOMEM, process.Mremap(new(mapping), 1 << 20, 2 << 20, mayMove: false).Error);
        Assert.Equal(Errno.ENOMEM, process.Mmap(new(end), 4096, Protection.Read, MapFlags.Private | MapFlags.Fixed).Error);
        process.AccessRange(new(start), 8192, AccessKind.Write);
        process.Access(new(heap), AccessKind.Write);
        string[] maps = MapsText.Of(process).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(lines.Where(line => !line.EndsWith("[heap]", StringComparison.Ordinal)), maps.Where(lines.Contains));
        Assert.StartsWith($"{start:x}-{start + 8192:x} rw-p", Assert.Single(maps, line => line.EndsWith(" [heap]", StringComparison.Ordinal)));
        Assert.StartsWith($"{heap:x}-{heap + 8192:x} rw-p", Assert.Single(maps, line => line.EndsWith(" [anon:heap]", StringComparison.Ordinal)));
        Assert.Equal(3UL, process.ResidentPages.Value);
        other.CheckInvariants();
        process.Fork()!.Exit();
        other.CheckInvariants();
        process.Exit();
        other.CheckInvariants();
    }

    [Fact]
    public void MapsWhereTheBoundsAreAreRefused()
    {
        AddressSpaceLayout bounds = new() { BrkStart = new(1UL << 44), MmapMin = new(1UL << 44), MmapBase = new((1UL << 44) + (1UL << 30)) };
        MapsImage image = MapsImage.Parse("daemon", "100000001000-100000002000 rw-p 00000000 00:00 0\n");
        Assert.Contains("something of daemon is mapped between", Assert.Throws<ArgumentException>(() => _machine.Spawn(image, bounds: bounds)).Message);
        Assert.Empty(_machine.Processes);
        _machine.CheckInvariants();
    }

    [Theory]
    [InlineData("7ffff7fca000-7ffff7fcb000 r--p 00000000 fe:00\n", "line 1 is no line of /proc/PID/maps: \"7ffff7fca000-7ffff7fcb000 r--p 00000000 fe:00\"")]
    [InlineData("7ffff7fca000-7ffff7fca000 r--p 00000000 fe:00 0\n", "line 1 is no line of /proc/PID/maps: \"7ffff7fca000-7ffff7fca000 r--p 00000000 fe:00 0\"")]
    [InlineData("", "the maps of broken hold no line of user space")]
    public void BrokenMapsAreRefusedWithTheLine(string text, string message) =>
        Assert.Equal(message, Assert.Throws<FormatException>(() => MapsImage.Parse("broken", text)).Message);

    [Fact]
    public void NamesOfAnonymousMemoryKeepAreasApart()
    {
        Process process = _machine.CreateProcess(AddressSpaceLayout.X64);
        VirtualAddress start = process.Mmap(default, 4 << 12, Protection.ReadWrite, MapFlags.Private).Address;
        Assert.False(process.SetAreaName(start + 4096, 4096, "glibc: malloc").Failed);
        Assert.Equal(["", "[anon:glibc: malloc]", ""], process.Maps().Select(area => area.Name));
        process.SetAreaName(start + 4096, 4096, null);
        Assert.Single(process.Maps());
        Assert.Equal(Errno.EINVAL, process.SetAreaName(start, 4096, "").Error);
        Assert.Equal(Errno.ENOMEM, process.SetAreaName(start, 5 << 12, "x").Error);
    }

    /// <summary>Frames that some page table names.</summary>
    private ulong MappedFrames() => _machine.Stat[VmEvent.nr_mapped] + _machine.Stat[VmEvent.nr_anon_pages];
}
