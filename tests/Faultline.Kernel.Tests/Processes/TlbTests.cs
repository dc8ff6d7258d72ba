using CsCheck;

namespace Faultline.Kernel.Tests;

public sealed class TlbTests
{
    private const ulong MiB = 1UL << 20;

    private static (Machine Machine, Process Process, VirtualAddress Start) Make(TlbPolicy? policy, ulong bytes, ThpPolicy thp = ThpPolicy.Never)
    {
        var machine = new Machine(new MachineOptions { RamBytes = 512 * MiB, Thp = thp, Cpus = 1, Tlb = policy });
        Process process = machine.CreateProcess(AddressSpaceLayout.X64);
        VirtualAddress start = process.Mmap(default, bytes, Protection.ReadWrite, MapFlags.Private).Address;
        process.AccessRange(start, bytes, AccessKind.Write);
        return (machine, process, start);
    }

    /// <summary>Pages that fit the first level, the second, and neither, gone through twice: the second time tells.</summary>
    [Theory]
    [InlineData(64, 64, 0, 0)]
    [InlineData(1024, 0, 1024, 0)]
    [InlineData(8192, 0, 0, 8192)]
    public void WhatFitsIsFound(int pages, ulong first, ulong second, ulong walks)
    {
        (Machine machine, Process process, VirtualAddress start) = Make(TlbPolicy.Skylake, (ulong)pages << 12);
        using Machine _ = machine;
        process.AccessRange(start, (ulong)pages << 12, AccessKind.Write);
        TlbCounts before = process.Tlb;
        process.AccessRange(start, (ulong)pages << 12, AccessKind.Write);
        TlbCounts after = process.Tlb;
        Assert.Equal((first, second, walks, 4 * walks), (after.L1Hits - before.L1Hits, after.L2Hits - before.L2Hits, after.Walks - before.Walks, after.WalkedLevels - before.WalkedLevels));
        Assert.Equal(after, machine.Tlb);
        machine.CheckInvariants();
    }

    /// <summary>32 entries of 2 MiB reach over 64 MiB, which takes 16,384 of the others. Each first touch walked to nothing, counted as four levels, and after the fault to the leaf, over three.</summary>
    [Fact]
    public void HugePagesReachFurther()
    {
        (Machine machine, Process process, VirtualAddress start) = Make(TlbPolicy.Skylake, 64 * MiB, ThpPolicy.Always);
        using Machine _ = machine;
        TlbCounts before = process.Tlb;
        process.AccessRange(start, 64 * MiB, AccessKind.Read);
        Assert.Equal((64UL * 256, 0UL), (process.Tlb.L1Hits - before.L1Hits, process.Tlb.Walks - before.Walks));
        Assert.Equal((2UL * 32, 32UL * (4 + 3)), (before.Walks, before.WalkedLevels));
        machine.CheckInvariants();
    }

    [Fact]
    public void AFaultWalksTwiceAndAFirstStoreAfterALoadOnceMore()
    {
        using var machine = new Machine(new MachineOptions { RamBytes = 512 * MiB, Thp = ThpPolicy.Never, Cpus = 1, Tlb = TlbPolicy.Skylake });
        Process process = machine.CreateProcess(AddressSpaceLayout.X64);
        VirtualAddress start = process.Mmap(default, MiB, Protection.ReadWrite, MapFlags.Private).Address;
        process.Access(start, AccessKind.Read);
        Assert.Equal((2UL, 8UL, 1UL), (process.Tlb.Walks, process.Tlb.WalkedLevels, process.MinorFaults));
        process.Access(start, AccessKind.Read);
        Assert.Equal((2UL, 1UL), (process.Tlb.Walks, process.Tlb.L1Hits));
        process.Access(start, AccessKind.Write);
        Assert.Equal((4UL, 2UL), (process.Tlb.Walks, process.MinorFaults));
        process.Access(start, AccessKind.Write);
        Assert.Equal(4UL, process.Tlb.Walks);
    }

    [Fact]
    public void UnmappingAndProtectingDropTranslations()
    {
        (Machine machine, Process process, VirtualAddress start) = Make(TlbPolicy.Skylake, MiB);
        using Machine _ = machine;
        TlbCounts before = process.Tlb;
        process.Mprotect(start, 4 * 4096, Protection.Read);
        Assert.Equal((4UL, 0UL), (process.Tlb.FlushedPages - before.FlushedPages, process.Tlb.Flushes - before.Flushes));
        Assert.Equal(FaultOutcome.SegmentationFault, process.Access(start, AccessKind.Write));
        process.Munmap(start, MiB / 2);
        Assert.Equal(1UL, process.Tlb.Flushes - before.Flushes);
        Assert.Equal(FaultOutcome.SegmentationFault, process.Access(start, AccessKind.Read));
        machine.CheckInvariants();
    }

    /// <summary>Two processes in turn on one processor: with address space numbers both keep their translations, without them neither does.</summary>
    [Theory]
    [InlineData(true, 2, 0)]
    [InlineData(true, 7, 16)]
    [InlineData(false, 2, 16)]
    public void SwitchesFlushUnlessAddressSpacesAreToldApart(bool pcid, int processes, int walksEach)
    {
        using var machine = new Machine(new MachineOptions { RamBytes = 512 * MiB, Thp = ThpPolicy.Never, Cpus = 1, Tlb = TlbPolicy.Skylake with { Pcid = pcid } });
        (Process Process, VirtualAddress Start)[] all = [.. Enumerable.Range(0, processes).Select(_ =>
        {
            Process process = machine.CreateProcess(AddressSpaceLayout.X64);
            return (process, process.Mmap(default, 16 * 4096, Protection.ReadWrite, MapFlags.Private).Address);
        })];
        for (int round = 0; round < 3; round++)
            foreach ((Process process, VirtualAddress start) in all)
                process.AccessRange(start, 16 * 4096, AccessKind.Write);
        ulong before = machine.Tlb.Walks, switches = machine.Tlb.Switches;
        foreach ((Process process, VirtualAddress start) in all)
            process.AccessRange(start, 16 * 4096, AccessKind.Write);
        Assert.Equal((ulong)(walksEach * processes), machine.Tlb.Walks - before);
        Assert.Equal((ulong)processes, machine.Tlb.Switches - switches);
        TlbCounts sum = machine.Tlb;
        all[0].Process.Exit();
        Assert.Equal(sum.Walks, machine.Tlb.Walks);
        machine.CheckInvariants();
    }

    [Theory]
    [InlineData(MachineArchitecture.X86, 2)]
    [InlineData(MachineArchitecture.X86Pae, 3)]
    public void FewerLevelsAreWalkedFaster(MachineArchitecture architecture, int levels)
    {
        using var machine = new Machine(new MachineOptions { Architecture = architecture, RamBytes = 512 * MiB, Thp = ThpPolicy.Never, Tlb = TlbPolicy.Skylake });
        Process process = machine.CreateProcess(AddressSpaceLayout.X86);
        process.Access(process.Mmap(default, 4096, Protection.ReadWrite, MapFlags.Private).Address, AccessKind.Write);
        Assert.Equal((2UL, (ulong)(2 * levels)), (process.Tlb.Walks, process.Tlb.WalkedLevels));
    }

    [Fact]
    public void OffItCountsNothingAndAMalformedOneIsRefused()
    {
        (Machine machine, Process process, VirtualAddress start) = Make(null, MiB);
        using Machine held = machine;
        process.Access(start, AccessKind.Read);
        Assert.Equal(default, process.Tlb);
        Assert.Throws<ArgumentException>(() => new Machine(new MachineOptions { Tlb = TlbPolicy.Skylake with { L2Entries = 1500 } }));
    }

    /// <summary>The same calls with and without modelled buffers: the same faults and the same memory.</summary>
    [Fact]
    public void FaultsAreTheSameWithAndWithoutIt() =>
        Gen.Select(Operation.Generator.Array[1, 40], Gen.Enum<ThpPolicy>()).Sample((operations, policy) =>
        {
            using var with = new ContentsUnderTest(512 * MiB, policy, tlb: TlbPolicy.Skylake);
            using var without = new ContentsUnderTest(512 * MiB, policy);
            foreach (Operation operation in operations)
            {
                with.Do(operation);
                without.Do(operation);
                Assert.Equal(without.Faults, with.Faults);
            }
        });
}
