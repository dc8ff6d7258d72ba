using System.Globalization;

namespace Faultline.Kernel.Tests;

/// <summary>What processes cost the kernel itself.</summary>
public sealed class KernelObjectTests : IDisposable
{
    private readonly Machine _machine = new(new MachineOptions { RamBytes = 1UL << 30 });

    public void Dispose() => _machine.Dispose();

    [Fact]
    public void AProcessTakesItsObjectsAndGivesThemBack()
    {
        ulong[] before = Counts();
        Process process = _machine.CreateProcess(AddressSpaceLayout.X64);
        Assert.Equal(16UL, _machine.Stat[VmEvent.nr_kernel_stack]);
        Assert.Equal(1UL, _machine.Caches.TaskStruct.ObjectsInUse);
        Assert.Equal(1UL, _machine.Caches.MmStruct.ObjectsInUse);
        Assert.Equal(2UL, _machine.Caches.Pid.ObjectsInUse);
        _machine.CheckInvariants();
        process.Exit();
        Assert.Equal(before, Counts());
        Assert.Equal(0UL, _machine.Stat[VmEvent.nr_kernel_stack]);
        _machine.CheckInvariants();
    }

    [Fact]
    public void EveryAreaIsAnObject()
    {
        Process process = _machine.CreateProcess(AddressSpaceLayout.X64);
        VirtualAddress start = process.Mmap(default, 1000 * 4096, Protection.ReadWrite, MapFlags.Private).Address;
        for (ulong page = 0; page < 1000; page += 2)
            process.Mprotect(start + page * 4096, 4096, Protection.Read);
        Assert.Equal((1000, 1000UL), (process.MapCount, _machine.Caches.VmAreaStruct.ObjectsInUse));
        Assert.Equal((1000UL + 20) / 21, _machine.Caches.VmAreaStruct.Slabs);
        Process child = process.Fork()!;
        Assert.Equal(2000UL, _machine.Caches.VmAreaStruct.ObjectsInUse);
        process.Munmap(start, 1000 * 4096);
        Assert.Equal(1000UL, _machine.Caches.VmAreaStruct.ObjectsInUse);
        _machine.CheckInvariants();
        child.Exit();
        process.Exit();
        Assert.Equal(0UL, _machine.Caches.VmAreaStruct.ObjectsInUse);
    }

    [Fact]
    public void SlabInfoShowsProcessesComeAndGo()
    {
        (ulong active, ulong all) before = Line("task_struct");
        Process[] processes = [.. Enumerable.Range(0, 23).Select(_ => _machine.CreateProcess(AddressSpaceLayout.X64))];
        Assert.Equal((0UL, 0UL), before);
        Assert.Equal((30UL, 30UL), Line("task_struct"));
        foreach (Process process in processes)
            process.Exit();
        _machine.ShrinkCaches();
        Assert.Equal((0UL, 0UL), Line("task_struct"));
    }

    [Fact]
    public void TheTextIsTheKernels()
    {
        _machine.CreateProcess(AddressSpaceLayout.X64);
        string[] lines = SlabInfo.Text(_machine).Split('\n');
        Assert.Equal("slabinfo - version: 2.1", lines[0]);
        Assert.Equal("# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : tunables <limit> <batchcount> <sharedfactor> : slabdata <active_slabs> <num_slabs> <sharedavail>", lines[1]);
        Assert.StartsWith("ext4_inode_cache ", lines[2]);
        Assert.Contains("task_struct            5      5   5888    5    8 : tunables    0    0    0 : slabdata      1      1      0", lines);
        Assert.StartsWith("kmem_cache ", lines[^2]);
        Assert.Equal("", lines[^1]);
    }

    /// <summary>When kernel memory for an area is not to be had mmap fails, and nothing has changed.</summary>
    [Fact]
    public void WithoutKernelMemoryThereIsNoArea()
    {
        using var machine = new Machine(new MachineOptions { RamBytes = 64UL << 20 });
        Process process = machine.CreateProcess(AddressSpaceLayout.X64);
        VirtualAddress start = process.Mmap(default, 64UL << 20, Protection.ReadWrite, MapFlags.Private | MapFlags.NoReserve).Address;
        process.AccessRange(start, 64UL << 20, AccessKind.Write);
        Errno error = Errno.None;
        int areas = 0;
        for (ulong page = 1; error == Errno.None && page < 16000; page += 2)
        {
            areas = process.MapCount;
            error = process.Mprotect(start + (page << 12), 4096, Protection.Read).Error;
        }

        Assert.Equal(Errno.ENOMEM, error);
        Assert.Equal(areas, process.MapCount);
        Assert.Equal(Errno.ENOMEM, process.Mmap(default, 4096, Protection.Read, MapFlags.Private).Error);
        Assert.Null(process.Fork());
        machine.CheckInvariants();
        process.Munmap(start, 64UL << 20);
        machine.CheckInvariants();
    }

    private ulong[] Counts() => [.. _machine.Caches.All.Select(cache => cache.ObjectsInUse)];

    private (ulong Active, ulong All) Line(string name)
    {
        string[] words = SlabInfo.Text(_machine).Split('\n').Single(line => line.StartsWith(name + " ", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return (ulong.Parse(words[1], CultureInfo.InvariantCulture), ulong.Parse(words[2], CultureInfo.InvariantCulture));
    }
}
