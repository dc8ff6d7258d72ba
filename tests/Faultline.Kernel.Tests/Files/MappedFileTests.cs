namespace Faultline.Kernel.Tests;

/// <summary>Faults and resident pages of mapped files as Linux 6.18 counted them for a C probe (ext4 and tmpfs, 8 MiB where not said otherwise).</summary>
public sealed class MappedFileTests : IDisposable
{
    private const ulong Bytes = 8UL << 20;
    private const ulong Pages = 2048;

    private readonly Machine _machine;
    private readonly Process _process;

    public MappedFileTests() => (_machine, _process) = Start(new FileSettings());

    public void Dispose() => _machine.Dispose();

    /// <summary>The textbook: one fault for 16 pages. Folios as large as the write that made them: 4 faults for 2 MiB, 128 for 64 KiB.</summary>
    [Theory]
    [InlineData(FolioPolicy.SmallPages, 8UL << 20, 128)]
    [InlineData(FolioPolicy.LargeFolios, 4096, 128)]
    [InlineData(FolioPolicy.LargeFolios, 65536, 128)]
    [InlineData(FolioPolicy.LargeFolios, 256 << 10, 35)]
    [InlineData(FolioPolicy.LargeFolios, 1 << 20, 23)]
    [InlineData(FolioPolicy.LargeFolios, 2 << 20, 4)]
    [InlineData(FolioPolicy.LargeFolios, 8UL << 20, 4)]
    public void ReadingACachedFile(FolioPolicy folios, ulong chunk, ulong faults)
    {
        (Machine machine, Process process) = Start(new FileSettings { Folios = folios });
        using (machine)
        {
            OpenFile file = machine.Files.Open(machine.Files.Create("data", 0));
            for (ulong at = 0; at < Bytes; at += chunk)
                process.Write(file, at, chunk);
            VirtualAddress start = Map(process, file, Protection.Read, MapFlags.Private);
            process.AccessRange(start, Bytes, AccessKind.Read);
            machine.CheckInvariants();
            Assert.Equal(faults, process.MinorFaults);
            Assert.Equal(0UL, process.MajorFaults);
            Assert.Equal(Pages, process.Resident.File);
            Assert.Equal(0UL, process.Resident.Anonymous);
        }
    }

    [Fact]
    public void WhatMustBeReadMakesOneMajorFaultForAWindow()
    {
        OpenFile file = Uncached();
        VirtualAddress start = Map(_process, file, Protection.Read, MapFlags.Private);
        Assert.Equal(FaultOutcome.MajorFault, _process.Access(start, AccessKind.Read));
        Assert.Equal(32UL, file.Inode.CachedPages.Value);
        Assert.Equal(16UL, _process.Resident.File);
        Assert.Equal(FaultOutcome.None, _process.Access(start + (15 << 12), AccessKind.Read));
        Assert.Equal(FaultOutcome.MinorFault, _process.Access(start + (16 << 12), AccessKind.Read));
        Assert.Equal(FaultOutcome.MinorFault, _process.Access(start + (24 << 12), AccessKind.Read));
        Assert.Equal(64UL, file.Inode.CachedPages.Value);
        Assert.Equal(FaultOutcome.MajorFault, _process.Access(start + (100 << 12), AccessKind.Read));
        Assert.Equal(96UL, file.Inode.CachedPages.Value);
        Assert.Equal(96UL * 4, _machine.Stat[VmEvent.pgpgin]);
        _machine.CheckInvariants();
    }

    [Fact]
    public void PrivateStoresMakeCopies()
    {
        OpenFile file = Cached();
        VirtualAddress start = Map(_process, file, Protection.ReadWrite, MapFlags.Private);
        _process.AccessRange(start, Bytes, AccessKind.Read);
        Assert.Equal(128UL, _process.MinorFaults);
        for (ulong at = 0; at < Bytes; at += 8192)
            Assert.Equal(FaultOutcome.MinorFault, _process.Access(start + at, AccessKind.Write));
        Assert.Equal(Pages / 2, _process.Resident.File);
        Assert.Equal(Pages / 2, _process.Resident.Anonymous);
        Assert.Equal(Pages, file.Inode.CachedPages.Value);
        _process.Madvise(start, Bytes, Advice.DontNeed);
        Assert.Equal(0UL, _process.ResidentPages.Value);
        _process.AccessRange(start, Bytes, AccessKind.Read);
        Assert.Equal(128UL + 1024 + 128, _process.MinorFaults);
        Assert.Equal(Pages, _process.Resident.File);
        _machine.CheckInvariants();
    }

    [Fact]
    public void SharedStoresFaultOnceAfterEachWriteBack()
    {
        OpenFile file = Cached();
        _process.Fsync(file);
        VirtualAddress start = Map(_process, file, Protection.ReadWrite, MapFlags.Shared);
        _process.AccessRange(start, Bytes, AccessKind.Read);
        for (int round = 0; round < 2; round++)
        {
            ulong before = _process.MinorFaults;
            for (ulong at = 0; at < Bytes; at += 8192)
                _process.Access(start + at, AccessKind.Write);
            Assert.Equal(1024UL, _process.MinorFaults - before);
            Assert.Equal(1024UL, file.Inode.DirtyPages.Value);
            Assert.False(_process.Msync(start, Bytes).Failed);
            Assert.Equal(0UL, _machine.Stat[VmEvent.nr_dirty]);
            _machine.CheckInvariants();
        }

        Assert.Equal(Pages, _process.Resident.File);
        Assert.Equal(0UL, _process.Resident.Anonymous);
    }

    /// <summary>Tmpfs is not laid on 2 MiB boundaries, so that the windows of the first and the last fault are cut short.</summary>
    [Fact]
    public void SharedMemoryIsMappedWritableByItsFirstRead()
    {
        OpenFile file = _machine.Files.CreateMemfd("buffer", Bytes);
        _process.Write(file, 0, Bytes);
        VirtualAddress start = Map(_process, file, Protection.ReadWrite, MapFlags.Shared);
        _process.AccessRange(start, Bytes, AccessKind.Read);
        _process.AccessRange(start, Bytes, AccessKind.Write);
        Assert.Equal(129UL, _process.MinorFaults);
        Assert.Equal(Pages, _process.Resident.SharedMemory);
        Assert.Equal(Pages, _machine.Stat[VmEvent.nr_shmem]);
        Assert.Equal(0UL, _machine.Stat[VmEvent.nr_dirty]);
        _machine.CheckInvariants();
    }

    [Fact]
    public void TheFlusherWritesWhenMoreIsDirtyThanMayBe()
    {
        Assert.Equal(Errno.None, _machine.Proc.Write("/proc/sys/vm/dirty_background_ratio", "1", ProcCaller.Root));
        OpenFile file = Cached();
        _process.Write(file, Bytes, Bytes);
        ulong threshold = (_machine.FreePages.Value + _machine.Stat[VmEvent.nr_inactive_file] + _machine.Stat[VmEvent.nr_active_file]) / 100;
        Assert.Contains($"nr_dirty_background_threshold {threshold}\n", VmStatFile.Text(_machine), StringComparison.Ordinal);
        Assert.InRange(_machine.Stat[VmEvent.nr_dirty], 0UL, threshold);
        Assert.Equal(2 * Pages, _machine.Stat[VmEvent.nr_dirtied]);
        Assert.Equal(2 * Pages - _machine.Stat[VmEvent.nr_dirty], _machine.Stat[VmEvent.nr_written]);
        Assert.Equal(_machine.Stat[VmEvent.nr_written] * 4, _machine.Stat[VmEvent.pgpgout]);
    }

    [Fact]
    public void PastTheEndOfTheFileIsABusError()
    {
        Inode file = _machine.Files.Create("short", 100 << 12);
        OpenFile open = _machine.Files.Open(file);
        _process.Read(open, 0, 100 << 12);
        VirtualAddress start = _process.Mmap(default, 100 << 12, Protection.ReadWrite, MapFlags.Private, open, 0).Address;
        _process.AccessRange(start, 100 << 12, AccessKind.Read);
        _process.Access(start + (70 << 12), AccessKind.Write);
        _machine.Files.Truncate(file, 50 << 12);
        Assert.Equal(50UL, _process.ResidentPages.Value);
        Assert.Equal(0UL, _process.Resident.Anonymous);
        Assert.Equal(FaultOutcome.BusError, _process.Access(start + (50 << 12), AccessKind.Read));
        Assert.Equal(FaultOutcome.BusError, _process.Access(start + (70 << 12), AccessKind.Write));
        Assert.Equal(2UL, _process.BusErrors);
        Assert.Equal(FaultOutcome.None, _process.Access(start + (49 << 12), AccessKind.Read));
        _machine.CheckInvariants();
    }

    [Fact]
    public void AChildSharesMemoryThatWasMappedShared()
    {
        VirtualAddress start = _process.Mmap(default, Bytes, Protection.ReadWrite, MapFlags.Shared).Address;
        _process.AccessRange(start, Bytes, AccessKind.Write);
        Process child = _process.Fork()!;
        Assert.Equal(0UL, child.ResidentPages.Value);
        child.AccessRange(start, Bytes, AccessKind.Write);
        Assert.Equal(_process.FrameOf(start), child.FrameOf(start));
        Assert.Equal(Pages, _machine.Stat[VmEvent.nr_shmem]);
        _machine.CheckInvariants();
        _process.Exit();
        Assert.Equal(Pages, child.Resident.SharedMemory);
        child.Munmap(start, Bytes);
        Assert.Equal(0UL, _machine.Stat[VmEvent.nr_shmem]);
        Assert.Empty(_machine.Files.All);
        _machine.CheckInvariants();
    }

    private static (Machine Machine, Process Process) Start(FileSettings settings)
    {
        var machine = new Machine(new MachineOptions { RamBytes = 1UL << 30, Files = settings });
        return (machine, machine.CreateProcess(AddressSpaceLayout.X64));
    }

    private OpenFile Uncached() => _machine.Files.Open(_machine.Files.Create("data", Bytes));

    private OpenFile Cached()
    {
        OpenFile file = Uncached();
        _process.Write(file, 0, Bytes);
        return file;
    }

    private static VirtualAddress Map(Process process, OpenFile file, Protection protection, MapFlags flags)
    {
        SystemCallResult result = process.Mmap(default, Bytes, protection, flags, file, 0);
        Assert.False(result.Failed);
        return result.Address;
    }
}
