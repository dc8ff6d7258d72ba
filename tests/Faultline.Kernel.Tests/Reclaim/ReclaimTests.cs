namespace Faultline.Kernel.Tests;

/// <summary>What a machine and a cgroup do when memory is short.</summary>
public sealed class ReclaimTests
{
    private const ulong MiB = 1UL << 20;

    private static Machine Small(ulong swap) => new(new MachineOptions { RamBytes = 128 * MiB, SwapBytes = swap, Thp = ThpPolicy.Never, Overcommit = OvercommitPolicy.Always });

    private static VirtualAddress Written(Process process, ulong bytes)
    {
        VirtualAddress start = process.Mmap(default, bytes, Protection.ReadWrite, MapFlags.Private).Address;
        process.AccessRange(start, bytes, AccessKind.Write);
        return start;
    }

    private static int Count(Process process, VirtualAddress start, ulong bytes, PageState state) =>
        Enumerable.Range(0, (int)(bytes >> 12)).Count(page => process.StateOf(start + ((ulong)page << 12)) == state);

    [Fact]
    public void MoreThanMemoryGoesToSwapAndKswapdDoesIt()
    {
        using Machine machine = Small(256 * MiB);
        Process process = machine.CreateProcess(AddressSpaceLayout.X64);
        VirtualAddress start = Written(process, 200 * MiB);
        machine.CheckInvariants();
        Assert.Equal(200 * MiB >> 12, process.MinorFaults);
        Assert.Equal(200 * MiB >> 12, process.ResidentPages.Value + process.Resident.Swapped);
        Assert.True(machine.Stat[VmEvent.pgsteal_kswapd] > 0 && machine.Stat[VmEvent.pageoutrun] > 0);
        Assert.Equal(machine.SwapTotal.Value - machine.SwapFree.Value, machine.Stat[VmEvent.pswpout]);
        process.AccessRange(start, 200 * MiB, AccessKind.Read);
        Assert.True(process.MajorFaults > 0);
        machine.CheckInvariants();
        process.Exit();
        Assert.Equal(machine.SwapTotal, machine.SwapFree);
        machine.CheckInvariants();
    }

    [Fact]
    public void WhenSwapIsFullTheLargestIsKilled()
    {
        using Machine machine = Small(16 * MiB);
        machine.CreateProcess(AddressSpaceLayout.X64);
        Process small = machine.CreateProcess(AddressSpaceLayout.X64), large = machine.CreateProcess(AddressSpaceLayout.X64);
        VirtualAddress kept = Written(small, 8 * MiB);
        Written(large, 200 * MiB);
        Assert.True(large.HasExited);
        Assert.False(small.HasExited);
        Assert.Equal(1UL, machine.Stat[VmEvent.oom_kill]);
        small.AccessRange(kept, 8 * MiB, AccessKind.Write);
        Assert.Equal(8 * MiB >> 12, small.ResidentPages.Value);
        machine.CheckInvariants();
    }

    [Fact]
    public void ACgroupKillsWithinItself()
    {
        using Machine machine = Small(0);
        machine.CreateProcess(AddressSpaceLayout.X64);
        MemoryCgroup group = machine.CreateCgroup("container", 4 * MiB);
        Process outside = machine.CreateProcess(AddressSpaceLayout.X64), inside = machine.CreateProcess(AddressSpaceLayout.X64, group);
        Written(outside, 32 * MiB);
        Written(inside, 5 * MiB);
        Assert.True(inside.HasExited);
        Assert.False(outside.HasExited);
        Assert.Equal(1UL, group.OomKills);
        Assert.Equal(4 * MiB >> 12, group.MaxUsage.Value);
        Assert.True(group.FailCount > 0);
        machine.CheckInvariants();
    }

    [Fact]
    public void WhatMadviseFreeGaveUpIsDroppedWithoutBeingWritten()
    {
        using Machine machine = Small(64 * MiB);
        Process process = machine.CreateProcess(AddressSpaceLayout.X64, machine.CreateCgroup("limited", 8 * MiB));
        VirtualAddress given = Written(process, 4 * MiB);
        Assert.False(process.Madvise(given, 4 * MiB, Advice.Free).Failed);
        Assert.Equal(1024UL, machine.Stat[VmEvent.pglazyfree]);
        Assert.Equal(1024, Count(process, given, 4 * MiB, PageState.Private));
        process.AccessRange(given, MiB, AccessKind.Write);
        Written(process, 6 * MiB);
        machine.CheckInvariants();
        Assert.True(machine.Stat[VmEvent.pglazyfreed] > 500, $"{machine.Stat[VmEvent.pglazyfreed]}");
        Assert.Equal((int)machine.Stat[VmEvent.pglazyfreed], Count(process, given, 4 * MiB, PageState.Absent));
        Assert.Equal(0, Count(process, given, MiB, PageState.Absent));
    }

    [Fact]
    public void LockedPagesStay()
    {
        using Machine machine = Small(64 * MiB);
        Process process = machine.CreateProcess(AddressSpaceLayout.X64, machine.CreateCgroup("limited", 8 * MiB));
        VirtualAddress locked = process.Mmap(default, 2 * MiB, Protection.ReadWrite, MapFlags.Private).Address;
        Assert.False(process.Mlock(locked, 2 * MiB).Failed);
        Assert.Equal(512UL, process.ResidentPages.Value);
        Assert.Equal(512UL, process.LockedPages.Value);
        Written(process, 12 * MiB);
        Assert.Equal(512, Count(process, locked, 2 * MiB, PageState.Private));
        Assert.Equal(512UL, machine.Stat[VmEvent.nr_unevictable]);
        Assert.Equal(Errno.EINVAL, process.Madvise(locked, 4096, Advice.DontNeed).Error);
        machine.CheckInvariants();
        Assert.False(process.Munlock(locked, MiB).Failed);
        Assert.Equal(256UL, machine.Stat[VmEvent.nr_unevictable]);
        process.Munmap(locked, 2 * MiB);
        Assert.Equal(0UL, machine.Stat[VmEvent.nr_unevictable]);
        machine.CheckInvariants();
    }

    [Fact]
    public void LockingIsLimitedAndCoversWhatComesLater()
    {
        using Machine machine = Small(0);
        Process process = machine.CreateProcess(AddressSpaceLayout.X64);
        process.Task.Capabilities = Capabilities.None;
        process.LockLimit = 64 << 10;
        VirtualAddress start = process.Mmap(default, MiB, Protection.ReadWrite, MapFlags.Private).Address;
        Assert.Equal(Errno.ENOMEM, process.Mlock(start, 68 << 10).Error);
        Assert.False(process.Mlock(start, 64 << 10).Failed);
        Assert.Equal(Errno.ENOMEM, process.Mlock(start + MiB - 4096, 8192).Error);
        Assert.False(process.MunlockAll().Failed);
        Assert.False(process.MlockAll(LockAll.Future).Failed);
        Assert.Equal(Errno.EAGAIN, process.Mmap(default, 68 << 10, Protection.ReadWrite, MapFlags.Private).Error);
        VirtualAddress later = process.Mmap(default, 64 << 10, Protection.ReadWrite, MapFlags.Private).Address;
        Assert.Equal(16, Count(process, later, 64 << 10, PageState.Private));
        Assert.Equal(0UL, process.Fork()!.LockedPages.Value);
        machine.CheckInvariants();
    }
}
