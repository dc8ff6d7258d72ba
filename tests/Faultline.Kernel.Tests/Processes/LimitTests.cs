namespace Faultline.Kernel.Tests;

/// <summary>Where the kernel says no.</summary>
public sealed class LimitTests
{
    private const ulong MiB = 1UL << 20;

    [Fact]
    public void TheHeuristicOnlyRefusesOneRequestLargerThanAllMemory()
    {
        using var machine = new Machine(new MachineOptions { RamBytes = 1UL << 30 });
        Process process = machine.CreateProcess(AddressSpaceLayout.X64);
        ulong all = machine.ManagedPages.Bytes.Value;
        Assert.False(process.Mmap(default, all, Protection.ReadWrite, MapFlags.Private).Failed);
        Assert.False(process.Mmap(default, all, Protection.ReadWrite, MapFlags.Private).Failed);
        Assert.Equal(Errno.ENOMEM, process.Mmap(default, all + 4096, Protection.ReadWrite, MapFlags.Private).Error);
        Assert.False(process.Mmap(default, all + 4096, Protection.Read, MapFlags.Private).Failed);
        Assert.Equal(AddressSpaceLayout.X64.BrkStart, process.Brk(AddressSpaceLayout.X64.BrkStart + all + 4096));
        Assert.Equal(2 * all / 4096, machine.CommittedPages.Value);
        machine.CheckInvariants();
    }

    [Fact]
    public void AMappingStaysChargedOnceItWasWrittenAndGivesItsChargeBack()
    {
        using var machine = new Machine(new MachineOptions { RamBytes = 1UL << 30 });
        Process process = machine.CreateProcess(AddressSpaceLayout.X64);
        VirtualAddress start = process.Mmap(default, MiB, Protection.Read, MapFlags.Private).Address;
        Assert.Equal(0UL, machine.CommittedPages.Value);
        process.Mprotect(start, MiB / 2, Protection.ReadWrite);
        process.Mprotect(start, MiB / 2, Protection.Read);
        Assert.Equal(0UL, machine.CommittedPages.Value);
        process.Mprotect(start, MiB / 2, Protection.ReadWrite);
        process.Access(start, AccessKind.Write);
        process.Mprotect(start, MiB / 2, Protection.Read);
        Assert.Equal(128UL, machine.CommittedPages.Value);
        process.Fork();
        Assert.Equal(256UL, machine.CommittedPages.Value);
        process.Munmap(start, MiB / 4);
        Assert.Equal(192UL, machine.CommittedPages.Value);
        process.Exit();
        Assert.Equal(128UL, machine.CommittedPages.Value);
        machine.CheckInvariants();
    }

    [Fact]
    public void NeverOvercommitStopsAtTheRatio()
    {
        using var machine = new Machine(new MachineOptions { RamBytes = 1UL << 30, Overcommit = OvercommitPolicy.Never, OvercommitRatio = 50 });
        Process process = machine.CreateProcess(AddressSpaceLayout.X64);
        ulong limit = machine.ManagedPages.Value / 2 - 2048;
        Assert.Equal(Errno.ENOMEM, process.Mmap(default, limit << 12, Protection.ReadWrite, MapFlags.Private | MapFlags.NoReserve).Error);
        Assert.False(process.Mmap(default, (limit - 1) << 12, Protection.ReadWrite, MapFlags.Private).Failed);
        Assert.Equal(Errno.ENOMEM, process.Mmap(default, MiB, Protection.ReadWrite, MapFlags.Private).Error);
        using var generous = new Machine(new MachineOptions { RamBytes = 1UL << 30, Overcommit = OvercommitPolicy.Always });
        Assert.False(generous.CreateProcess(AddressSpaceLayout.X64).Mmap(default, 1UL << 40, Protection.ReadWrite, MapFlags.Private).Failed);
    }

    [Fact]
    public void AccessesGoUnbackedWhenFramesRunOutAndWorkAgainWhenSomeCameBack()
    {
        using var machine = new Machine(new MachineOptions { RamBytes = 64 * MiB });
        Process process = machine.CreateProcess(AddressSpaceLayout.X64);
        ulong length = machine.ManagedPages.Bytes.Value;
        VirtualAddress start = process.Mmap(default, length, Protection.ReadWrite, MapFlags.Private).Address;
        process.AccessRange(start, length, AccessKind.Write);
        Assert.Equal(length >> 12, process.MinorFaults + process.UnbackedPages);
        Assert.Equal(process.MinorFaults, process.ResidentPages.Value);
        Assert.True(process.UnbackedPages is > 0 and < 1500, $"{process.UnbackedPages}");
        Assert.Equal(FaultOutcome.OutOfFrames, process.Access(start + (length - 4096), AccessKind.Write));
        machine.CheckInvariants();
        process.Munmap(start, MiB);
        Assert.Equal(FaultOutcome.MinorFault, process.Access(start + (length - 4096), AccessKind.Write));
        // Nobody may be killed for it, so that fork fails in the end.
        process.Task.Oom.WriteScore(OomAdjustment.ScoreMin, mayLower: true);
        Assert.Null(Exhaust(process));
        machine.CheckInvariants();
    }

    [Fact]
    public void AreasAreLimited()
    {
        using var machine = new Machine(new MachineOptions { RamBytes = 1UL << 30 });
        Process process = machine.CreateProcess(AddressSpaceLayout.X64);
        VirtualAddress start = process.Mmap(default, 300 * MiB, Protection.ReadWrite, MapFlags.Private | MapFlags.NoReserve).Address;
        for (ulong page = 1; process.MapCount < VmaSet.MaxMapCount - 1; page += 2)
            Assert.False(process.Mprotect(start + (page << 12), 4096, Protection.Read).Failed);
        Assert.Equal(Errno.ENOMEM, process.Mprotect(start + (299 * MiB), 4096, Protection.Read).Error);
        Assert.False(process.Mmap(default, 4096, Protection.None, MapFlags.Private).Failed);
        Assert.Equal(Errno.ENOMEM, process.Mmap(default, 4096, Protection.Read, MapFlags.Private).Error);
        Assert.Equal(Errno.ENOMEM, process.Munmap(start + (299 * MiB), 4096).Error);
        Assert.False(process.Munmap(start, 4096).Failed);
        process.CheckInvariants();
    }

    [Fact]
    public void WrongArgumentsAreErrors()
    {
        using var machine = new Machine(new MachineOptions { RamBytes = 1UL << 30 });
        Process process = machine.CreateProcess(AddressSpaceLayout.X64);
        VirtualAddress start = process.Mmap(default, MiB, Protection.ReadWrite, MapFlags.Private).Address;
        Assert.Equal(Errno.EINVAL, process.Mmap(default, 0, Protection.ReadWrite, MapFlags.Private).Error);
        Assert.Equal(Errno.EINVAL, process.Mmap(default, MiB, Protection.ReadWrite, MapFlags.Shared | MapFlags.Private).Error);
        Assert.Equal(Errno.EINVAL, process.Mmap(start + 1, MiB, Protection.ReadWrite, MapFlags.Private | MapFlags.Fixed).Error);
        Assert.Equal(Errno.EEXIST, process.Mmap(start, MiB, Protection.ReadWrite, MapFlags.Private | MapFlags.FixedNoReplace).Error);
        Assert.Equal(Errno.EPERM, process.Mmap(new(4096), 4096, Protection.Read, MapFlags.Private | MapFlags.Fixed).Error);
        Assert.Equal(Errno.ENOMEM, process.Mmap(default, ulong.MaxValue - 5, Protection.Read, MapFlags.Private).Error);
        Assert.Equal(Errno.EINVAL, process.Munmap(start + 1, 4096).Error);
        Assert.Equal(Errno.EINVAL, process.Munmap(start, 0).Error);
        Assert.Equal(Errno.EINVAL, process.Mremap(start, MiB, 0, mayMove: true).Error);
        Assert.Equal(Errno.EFAULT, process.Mremap(start - MiB, 4096, MiB, mayMove: true).Error);
        Assert.Equal(Errno.EFAULT, process.Mremap(start, 2 * MiB, 3 * MiB, mayMove: true).Error);
        Assert.Equal(Errno.EINVAL, process.Mprotect(start + 1, 4096, Protection.Read).Error);
        Assert.Equal(Errno.ENOMEM, process.Mprotect(start - MiB, 4096, Protection.Read).Error);
        Assert.Equal(Errno.EINVAL, process.Madvise(start + 1, 4096, Advice.DontNeed).Error);
        Assert.Equal(Errno.EINVAL, process.Madvise(start, 4096, (Advice)77).Error);
        Assert.Equal(Errno.ENOMEM, process.Madvise(start - MiB, 2 * MiB, Advice.DontNeed).Error);
        Assert.Equal(Errno.ENOMEM, process.Mincore(start - MiB, 4096, new byte[1]).Error);
        Assert.Equal(17UL, process.SystemCalls.Failed);
        ulong refused = process.SegmentationFaults;
        process.AccessRange(new(ulong.MaxValue - 11), MiB, AccessKind.Write);
        process.AccessRange(new(ulong.MaxValue - 2 * MiB), 3 * MiB, AccessKind.Write);
        Assert.InRange(process.SegmentationFaults, refused + 2, refused + 1024);
        Assert.Throws<ArgumentException>(() => machine.CreateProcess(new AddressSpaceLayout { MmapBase = new(1) }));
        Assert.Throws<ArgumentException>(() => new Machine(new MachineOptions { RamBytes = 5 }));
        Assert.Throws<ArgumentException>(() => new Machine(new MachineOptions { Cpus = 0 }));
    }

    private static Process? Exhaust(Process process)
    {
        for (int i = 0; i < 10000; i++)
            if (process.Fork() == null)
                return null;
        return process;
    }
}
