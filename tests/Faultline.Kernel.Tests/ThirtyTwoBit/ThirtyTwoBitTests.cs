using CsCheck;

namespace Faultline.Kernel.Tests;

/// <summary>Machines and processes of 32 bits: what runs out first.</summary>
public sealed class ThirtyTwoBitTests
{
    private const ulong MiB = 1UL << 20;
    private const ulong GiB = 1UL << 30;

    private static Machine Make(MachineArchitecture architecture, ulong ram) => new(new MachineOptions { Architecture = architecture, RamBytes = ram, Thp = ThpPolicy.Never });

    [Fact]
    public void MemoryLiesInDmaNormalAndHighMem()
    {
        using Machine machine = Make(MachineArchitecture.X86, 2 * GiB);
        Assert.Equal(["DMA", "Normal", "HighMem"], machine.Zones.Select(zone => zone.Name));
        ulong structPages = 2 * GiB / 4096 * 32 / 4096;
        ulong normal = (880UL << 8) - PhysicalLayout.KernelImagePages - structPages, high = (2048UL - 896) << 8;
        Assert.Equal([3840UL, normal, high], machine.Zones.Select(zone => zone.ManagedPages));
        Assert.Equal([0UL, normal / 256, (normal + high) / 256], machine.Zones[0].LowmemReserve);
        Assert.Equal([0UL, 0, high / 32], machine.Zones[1].LowmemReserve);
        Assert.Equal(128UL, machine.Zones[2].Watermarks.Min);
        ulong minFree = Watermarks.MinFreeKbytes([3840, normal], hugePages: false);
        Assert.Equal(minFree, machine.MinFreeKbytes);
        Assert.Equal(minFree / 4 * normal / (normal + 3840), machine.Zones[1].Watermarks.Min);
        using Machine small = Make(MachineArchitecture.X86, 512 * MiB);
        Assert.Equal(["DMA", "Normal"], small.Zones.Select(zone => zone.Name));
    }

    [Fact]
    public void ProcessesTakeHighMemFirstAndTheKernelOnlyLowmem()
    {
        using Machine machine = Make(MachineArchitecture.X86, 2 * GiB);
        Process process = machine.CreateProcess(AddressSpaceLayout.X86);
        VirtualAddress start = process.Mmap(default, 1200 * MiB, Protection.ReadWrite, MapFlags.Private).Address;
        process.Access(start, AccessKind.Write);
        Assert.True(process.FrameOf(start).Value >= PhysicalLayout.LowmemEnd);
        Assert.True(machine.Stat[VmEvent.pgalloc_high] > 0 && machine.Stat[VmEvent.pgalloc_normal] > 0);
        Assert.Equal(0UL, machine.Stat[VmEvent.pgalloc_dma32]);
        foreach (ulong address in machine.Caches.VmAreaStruct.EnumerateInUse())
            Assert.True(address >> 12 < PhysicalLayout.LowmemEnd);
        process.AccessRange(start, 1200 * MiB, AccessKind.Write);
        Assert.Equal(1200 * MiB / 4096, process.ResidentPages.Value);
        Assert.Contains(Enumerable.Range(0, 1200 << 8), page => process.FrameOf(start + ((ulong)page << 12)).Value < PhysicalLayout.LowmemEnd);
        machine.CheckInvariants();
        string[] lines = VmStatFile.Text(machine).Split('\n');
        Assert.Contains($"pgalloc_high {machine.Stat[VmEvent.pgalloc_high]}", lines);
        Assert.DoesNotContain(lines, line => line.StartsWith("pgalloc_dma32", StringComparison.Ordinal));
    }

    /// <summary>Most memory is free, and yet no process can be started and no mapping made.</summary>
    [Fact]
    public void LowmemRunsOutWhileHighMemIsFree()
    {
        using Machine machine = Make(MachineArchitecture.X86Pae, 4 * GiB);
        Process process = machine.CreateProcess(AddressSpaceLayout.X86);
        VirtualAddress start = process.Mmap(default, 64 * MiB, Protection.ReadWrite, MapFlags.Private).Address;
        process.Access(start, AccessKind.Write);
        while (machine.Caches.Kmalloc.Allocate(0, 4096) != 0)
        {
        }

        Assert.True(machine.Zones[1].FreePages < 2 * machine.Zones[1].Watermarks.Min + 64);
        Assert.True(machine.Zones[2].FreePages > 700_000);
        Assert.True(machine.Stat[VmEvent.nr_slab_unreclaimable] > 190_000);
        Assert.Null(process.Fork());
        Assert.Throws<OutOfMemoryException>(() => machine.CreateProcess(AddressSpaceLayout.X86));
        Assert.Equal(FaultOutcome.MinorFault, process.Access(start + 4096, AccessKind.Write));
        process.AccessRange(start, 64 * MiB, AccessKind.Write);
        Assert.True(process.UnbackedPages > 0 && process.ResidentPages.Value < 64 * MiB / 4096, "page tables come from lowmem");
        machine.CheckInvariants();
    }

    /// <summary>The same calls on three machines with much memory: where each says no.</summary>
    [Theory]
    [InlineData(MachineArchitecture.X86, 2900, 2945)]
    [InlineData(MachineArchitecture.X86Pae, 2900, 2945)]
    [InlineData(MachineArchitecture.X64, 3900, 3970)]
    public void AddressesRunOutBeforeMemory(MachineArchitecture architecture, int least, int most)
    {
        using Machine machine = Make(architecture, 4 * GiB);
        Process process = machine.CreateProcess(architecture == MachineArchitecture.X64 ? AddressSpaceLayout.X86OnX64 : AddressSpaceLayout.X86);
        int mebibytes = 0;
        while (process.Mmap(default, MiB, Protection.ReadWrite, MapFlags.Private | MapFlags.NoReserve) is { Failed: false } result)
        {
            Assert.True(result.Address.Value + MiB <= uint.MaxValue);
            mebibytes++;
        }

        Assert.InRange(mebibytes, least, most);
        Assert.True(machine.FreePages.Value > 700_000);
        machine.CheckInvariants();
        using Machine wide = Make(MachineArchitecture.X64, 4 * GiB);
        Process unlimited = wide.CreateProcess(AddressSpaceLayout.X64);
        Assert.False(unlimited.Mmap(default, 64 * GiB, Protection.None, MapFlags.Private).Failed);
    }

    /// <summary>One PTE table maps 4 MiB without PAE, 2 MiB with it; the upper levels of a process: none, and 4 PMDs.</summary>
    [Theory]
    [InlineData(MachineArchitecture.X86, 0, 1, 2)]
    [InlineData(MachineArchitecture.X86Pae, 4, 6, 7)]
    public void PageTablesOfTwoAndThreeLevels(MachineArchitecture architecture, ulong atStart, ulong twoNeighbours, ulong oneMore)
    {
        using Machine machine = Make(architecture, GiB);
        Process process = machine.CreateProcess(AddressSpaceLayout.X86);
        Assert.Equal(atStart, process.PageTablePages.Value);
        VirtualAddress start = process.Mmap(new(0x4000_0000), 16 * MiB, Protection.ReadWrite, MapFlags.Private).Address;
        Assert.Equal(0x4000_0000UL, start.Value);
        process.Access(start + 2 * MiB, AccessKind.Write);
        process.Access(start, AccessKind.Write);
        Assert.Equal(twoNeighbours, process.PageTablePages.Value);
        process.Access(start + 8 * MiB, AccessKind.Write);
        Assert.Equal(oneMore, process.PageTablePages.Value);
        Assert.Equal(oneMore + 1, machine.Stat[VmEvent.nr_page_table_pages]);
        machine.CheckInvariants();
        process.Munmap(start + 2 * MiB, 14 * MiB);
        Assert.Equal(atStart + 1, process.PageTablePages.Value);
        machine.CheckInvariants();
        process.Munmap(start, 2 * MiB);
        Assert.Equal(atStart, process.PageTablePages.Value);
        Process child = process.Fork()!;
        Assert.Equal(atStart, child.PageTablePages.Value);
        child.Exit();
        process.Exit();
        machine.CheckInvariants();
        Assert.Equal(0UL, machine.Stat[VmEvent.nr_page_table_pages]);
    }

    [Fact]
    public void HugePagesWithPae()
    {
        using var machine = new Machine(new MachineOptions { Architecture = MachineArchitecture.X86Pae, RamBytes = 2 * GiB, Thp = ThpPolicy.Always });
        Process process = machine.CreateProcess(AddressSpaceLayout.X86);
        VirtualAddress start = process.Mmap(default, 8 * MiB, Protection.ReadWrite, MapFlags.Private).Address;
        process.AccessRange(start, 8 * MiB, AccessKind.Write);
        Assert.Equal(4UL, process.MinorFaults);
        machine.CheckInvariants();
    }

    [Fact]
    public void WhatA32BitMachineCannotBeIsRefused()
    {
        Assert.Throws<ArgumentException>(() => Make(MachineArchitecture.X86, 8 * GiB));
        Assert.Throws<ArgumentException>(() => Make(MachineArchitecture.X86Pae, 128 * GiB));
        Assert.Throws<ArgumentException>(() => new Machine(new MachineOptions { Architecture = MachineArchitecture.X86, RamBytes = GiB }));
        using Machine machine = Make(MachineArchitecture.X86, GiB);
        Assert.Throws<ArgumentException>(() => machine.CreateProcess(AddressSpaceLayout.X64));
    }

    /// <summary>Random calls on small 32-bit machines: every process reads what it wrote, and every frame is accounted for.</summary>
    [Fact]
    public void EveryProcessReadsWhatItWrote() =>
        Gen.Select(Operation.Generator.Array[1, 40], Gen.Bool, Gen.Enum<ThpPolicy>(), Gen.Int[0, 1]).Sample((operations, pae, policy, more) =>
        {
            AddressSpaceLayout layout = AddressSpaceLayout.X86 with { MmapMin = new(0x5000_0000), BrkStart = new(0x5000_0000), MmapBase = new(0x5000_0000 + (12UL << 22)) };
            MachineArchitecture architecture = pae ? MachineArchitecture.X86Pae : MachineArchitecture.X86;
            using var contents = new ContentsUnderTest(more == 0 ? 64 * MiB : 1000 * MiB, pae ? policy : ThpPolicy.Never, architecture, layout);
            foreach (Operation operation in operations)
                contents.Do(operation);
        });
}
