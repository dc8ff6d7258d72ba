namespace Faultline.Kernel.Tests;

/// <summary>Compaction in the background: woken by kswapd, and by itself.</summary>
public sealed class KcompactdTests
{
    private const int HugeOrder = Migratetypes.PageblockOrder;
    private const ulong Second = MachineClock.NanosecondsPerSecond;

    /// <summary>The first request wakes it and helps itself; the second finds that it has run.</summary>
    [Fact]
    public void KswapdWakesItForBlocks()
    {
        using var machine = new FragmentedMachine(Migratetype.Movable, swapBytes: 64UL << 20);
        Assert.NotEqual(FrameAllocator.None, machine.Allocate(HugeOrder));
        Assert.Equal((1UL, 0UL), (machine.Stat[VmEvent.compact_stall], machine.Stat[VmEvent.compact_daemon_wake]));
        Assert.True(machine.Machine.Kcompactd.IsAwake);
        Assert.NotEqual(FrameAllocator.None, machine.Allocate(HugeOrder));
        Assert.Equal(1UL, machine.Stat[VmEvent.compact_daemon_wake]);
        Assert.InRange(machine.Stat[VmEvent.compact_daemon_migrate_scanned], 1UL, machine.Stat[VmEvent.compact_migrate_scanned]);
        Assert.InRange(machine.Stat[VmEvent.compact_daemon_free_scanned], 1UL, machine.Stat[VmEvent.compact_free_scanned]);
    }

    /// <summary>Requests for single pages, and those that can do with less, wake nobody for blocks.</summary>
    [Fact]
    public void WhoCanDoWithLessDoesNotWakeIt()
    {
        using var machine = new FragmentedMachine(Migratetype.Movable);
        machine.Machine.Frames.Allocate(0, HugeOrder, Migratetype.Movable, AllocationFlags.NoRetry);
        machine.Machine.Frames.AllocatePage(0, Migratetype.Movable);
        Assert.False(machine.Machine.Kcompactd.IsAwake);
    }

    [Fact]
    public void WhatItWasWokenForIsDoneWhenTimePasses()
    {
        using var machine = new FragmentedMachine(Migratetype.Movable, swapBytes: 64UL << 20);
        machine.Machine.Options = machine.Machine.Options with { CompactionProactiveness = 0 };
        machine.Machine.Frames.Allocate(0, HugeOrder, Migratetype.Movable, AllocationFlags.NoRetry | AllocationFlags.Daemons);
        Assert.Equal(0UL, machine.Stat[VmEvent.pgmigrate_success]);
        machine.Machine.Clock.Sleep(Second, 2);
        Assert.Equal(1UL, machine.Stat[VmEvent.compact_daemon_wake]);
        Assert.NotEqual(FrameAllocator.None, machine.Machine.Frames.Allocate(0, HugeOrder, Migratetype.Movable, AllocationFlags.NoRetry));
        machine.Machine.CheckInvariantsOfFrames();
    }

    /// <summary>More than 90 % scattered, until no more than 80 % are: what vm.compaction_proactiveness 20 means. It is not woken for that.</summary>
    [Fact]
    public void ItLooksByItselfTwiceASecond()
    {
        using var machine = new FragmentedMachine(Migratetype.Movable);
        Assert.InRange(machine.Machine.Kcompactd.Score(), 91, 100);
        machine.Machine.Clock.Sleep(Second / 4, 2);
        Assert.Equal(0UL, machine.Stat[VmEvent.pgmigrate_success]);
        machine.Machine.Clock.Sleep(Second / 4, 2);
        Assert.InRange(Compactor.ScoreOf(machine.Zone), 60, 80);
        Assert.Equal(0UL, machine.Stat[VmEvent.compact_daemon_wake]);
        Assert.True(machine.Stat[VmEvent.compact_daemon_migrate_scanned] > 0);
        ulong moved = machine.Stat[VmEvent.pgmigrate_success];
        machine.Machine.Clock.Sleep(3600 * Second, 2);
        Assert.Equal(moved, machine.Stat[VmEvent.pgmigrate_success]);
        machine.Machine.CheckInvariants();
    }

    /// <summary>What the kernel holds does not move: it waits 32 s before it tries again.</summary>
    [Fact]
    public void WhereItDoesNotHelpItWaits()
    {
        using var machine = new FragmentedMachine(Migratetype.Unmovable);
        machine.Machine.Clock.Sleep(Second, 2);
        ulong scanned = machine.Stat[VmEvent.compact_daemon_migrate_scanned];
        Assert.True(scanned > 0);
        machine.Machine.Clock.Sleep(30 * Second, 2);
        Assert.Equal(scanned, machine.Stat[VmEvent.compact_daemon_migrate_scanned]);
        machine.Machine.Clock.Sleep(3 * Second, 2);
        Assert.Equal(2 * scanned, machine.Stat[VmEvent.compact_daemon_migrate_scanned]);
    }

    [Fact]
    public void AnAdministratorSaysHowMuch()
    {
        using var machine = new FragmentedMachine(Migratetype.Movable);
        Assert.Equal(Errno.EINVAL, machine.Machine.Proc.Write("/proc/sys/vm/compaction_proactiveness", "101", ProcCaller.Root));
        Assert.Equal(Errno.None, machine.Machine.Proc.Write("/proc/sys/vm/compaction_proactiveness", "0", ProcCaller.Root));
        machine.Machine.Clock.Sleep(60 * Second, 2);
        Assert.Equal(0UL, machine.Stat[VmEvent.pgmigrate_success]);
        Assert.Equal(Errno.None, machine.Machine.Proc.Write("/proc/sys/vm/compaction_proactiveness", "70", ProcCaller.Root));
        Assert.InRange(Compactor.ScoreOf(machine.Zone), 0, 30);
    }
}
