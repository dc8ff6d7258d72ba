namespace Faultline.Kernel.Tests;

/// <summary>swapoff and swapon: every page comes back, or none is lost.</summary>
public sealed class SwapOffTests : IDisposable
{
    private const ulong Pages = 2000;

    private readonly Machine _machine = new(new MachineOptions { RamBytes = 64UL << 20, SwapBytes = 128UL << 20, Thp = ThpPolicy.Never });
    private readonly Process _init;

    public SwapOffTests() => _init = _machine.CreateProcess(AddressSpaceLayout.X64);

    public void Dispose()
    {
        _machine.CheckInvariants();
        _machine.Dispose();
    }

    /// <summary>Also where two processes name a slot, and where a file in memory does. No fault is counted, and a store faults once more to be allowed.</summary>
    [Fact]
    public void EverythingComesBack()
    {
        Process process = _machine.CreateProcess(AddressSpaceLayout.X64);
        VirtualAddress own = process.Mmap(default, Pages << 12, Protection.ReadWrite, MapFlags.Private).Address;
        process.AccessRange(own, Pages << 12, AccessKind.Write);
        process.Madvise(own, Pages << 12, Advice.PageOut);
        Process child = process.Fork()!;
        VirtualAddress shared = process.Mmap(default, Pages << 12, Protection.ReadWrite, MapFlags.Shared).Address;
        process.AccessRange(shared, Pages << 12, AccessKind.Write);
        process.Madvise(shared, Pages << 12, Advice.PageOut);
        Assert.Equal(2 * Pages, _machine.SwapTotal.Value - _machine.SwapFree.Value);
        (ulong minor, ulong major) = (process.MinorFaults, process.MajorFaults);

        Assert.Equal(Errno.None, _machine.SwapOff(_init));
        _machine.CheckInvariants();
        Assert.Equal((Pages, 0UL, Pages, 0UL), (process.Resident.Anonymous, process.Resident.Swapped, child.Resident.Anonymous, child.Resident.Swapped));
        Assert.Equal((0UL, 0UL, Pages), (_machine.SwapTotal.Value, _machine.Stat[VmEvent.nr_swapcached], _machine.Stat[VmEvent.nr_shmem]));
        Assert.Equal((minor, major), (process.MinorFaults, process.MajorFaults));
        Assert.Equal("Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n", MachineFiles.Swaps(_machine));
        Assert.Equal(Errno.EINVAL, _machine.SwapOff(_init));

        child.Exit();
        process.AccessRange(own, Pages << 12, AccessKind.Write);
        Assert.Equal(minor + Pages, process.MinorFaults);
        Assert.Equal(Errno.None, _machine.SwapOn(_init));
        Assert.Equal(Errno.EBUSY, _machine.SwapOn(_init));
        process.Madvise(own, Pages << 12, Advice.PageOut);
        Assert.Equal(Pages, process.Resident.Swapped);
    }

    [Fact]
    public void WhereItDoesNotFitTheAreaStaysInUseAndNobodyDies()
    {
        Process process = _machine.CreateProcess(AddressSpaceLayout.X64);
        VirtualAddress start = process.Mmap(default, 80UL << 20, Protection.ReadWrite, MapFlags.Private).Address;
        process.AccessRange(start, 80UL << 20, AccessKind.Write);
        Assert.Equal(Errno.ENOMEM, _machine.SwapOff(_init));
        _machine.CheckInvariants();
        Assert.Empty(_machine.Oom.Kills);
        Assert.Equal((80UL << 8, (128UL << 8) - 1), (process.Resident.Anonymous + process.Resident.Swapped, _machine.SwapTotal.Value));
        process.AccessRange(start, 80UL << 20, AccessKind.Read);
        process.Exit();
        Assert.Equal(Errno.None, _machine.SwapOff(_init));
    }

    [Fact]
    public void WhatIsPromisedMustFitToo()
    {
        using var machine = new Machine(new MachineOptions { RamBytes = 64UL << 20, SwapBytes = 512UL << 20, Overcommit = OvercommitPolicy.Never });
        Process init = machine.CreateProcess(AddressSpaceLayout.X64);
        Assert.False(init.Mmap(default, 200UL << 20, Protection.ReadWrite, MapFlags.Private).Failed);
        Assert.Equal(Errno.ENOMEM, machine.SwapOff(init));
        init.Task.Capabilities = Capabilities.None;
        Assert.Equal(Errno.EPERM, machine.SwapOff(init));
        Assert.Equal((512UL << 8) - 1, machine.SwapTotal.Value);
    }

    /// <summary>A cgroup cannot hold what it had in swap: it loses a process, and swapoff goes on.</summary>
    [Fact]
    public void ACgroupThatIsTooSmallLosesAProcess()
    {
        MemoryCgroup group = _machine.CreateCgroup("small", 8UL << 20);
        Process process = _machine.CreateProcess(AddressSpaceLayout.X64, group);
        VirtualAddress start = process.Mmap(default, 16UL << 20, Protection.ReadWrite, MapFlags.Private).Address;
        process.AccessRange(start, 16UL << 20, AccessKind.Write);
        Assert.True(process.Resident.Swapped > 1000);
        Assert.Equal(Errno.None, _machine.SwapOff(_init));
        Assert.True(process.HasExited);
        Assert.Equal((1UL, 0UL), (group.OomKills, _machine.SwapTotal.Value));
    }
}
