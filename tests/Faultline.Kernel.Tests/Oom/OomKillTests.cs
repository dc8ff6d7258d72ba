namespace Faultline.Kernel.Tests;

public sealed class OomKillTests : IDisposable
{
    private readonly Machine _machine = new(new MachineOptions { RamBytes = 128UL << 20, Thp = ThpPolicy.Never });
    private readonly Process _init;

    public OomKillTests() => _init = Start("init");

    public void Dispose() => _machine.Dispose();

    [Fact]
    public void TheLargestDiesAndAllOfItsMemoryComesBack()
    {
        Process small = Start("small"), large = Start("large");
        Write(small, 8 << 20);
        Write(large, 40 << 20);
        _machine.DrainPerCpuLists();
        const ulong TopTableAndStack = 1 + 4;
        ulong before = _machine.FreePages.Value + large.ResidentPages.Value + large.PageTablePages.Value + TopTableAndStack;
        Assert.True(_machine.OutOfMemory(OomConstraint.None, 0, small));
        _machine.DrainPerCpuLists();
        Assert.Equal(before, _machine.FreePages.Value);
        Assert.True(large.HasExited);
        Assert.False(small.HasExited);
        Assert.Equal(1UL, _machine.Stat[VmEvent.oom_kill]);
        _machine.CheckInvariants();
    }

    [Fact]
    public void OomAdjProtects()
    {
        Process sshd = Start("sshd"), hog = Start("hog");
        Write(sshd, 30 << 20);
        Write(hog, 20 << 20);
        Assert.Equal(Errno.None, _machine.Proc.Write($"/proc/{sshd.Pid}/oom_adj", "-16\n", ProcCaller.Root));
        Assert.True(_machine.OutOfMemory(OomConstraint.None, 0, hog));
        Assert.Equal("hog", Assert.Single(_machine.Oom.Kills).Comm);
    }

    [Fact]
    public void OfTwoEqualOnesTheLaterDies()
    {
        Process first = Start("first"), second = Start("second");
        Write(first, 4 << 20);
        Write(second, 4 << 20);
        Assert.True(_machine.OutOfMemory(OomConstraint.None, 0, first));
        Assert.Equal(second.Pid, _machine.Oom.Kills[0].Pid);
    }

    [Fact]
    public void WhereNobodyMayBeKilledTheRequestFails()
    {
        Process exempt = Start("exempt");
        Write(exempt, 4 << 20);
        exempt.Task.Oom.WriteScore(-1000, mayLower: true);
        Assert.False(_machine.OutOfMemory(OomConstraint.None, 0, exempt));
        Assert.Empty(_machine.Oom.Kills);
        Assert.EndsWith("Out of memory and no killable processes...", _machine.Log.Lines[^1]);
    }

    [Fact]
    public void TheOneThatAskedDiesWhereTheSysctlSaysSo()
    {
        Process small = Start("small"), large = Start("large");
        Write(large, 40 << 20);
        Assert.Equal(Errno.None, _machine.Proc.Write("/proc/sys/vm/oom_kill_allocating_task", "1", ProcCaller.Root));
        Assert.True(_machine.OutOfMemory(OomConstraint.None, 0, small));
        Assert.Equal("small", _machine.Oom.Kills[0].Comm);
    }

    [Fact]
    public void TheClassicKernelTakesAChildOfTheChosen()
    {
        using var machine = new Machine(new MachineOptions { RamBytes = 128UL << 20, Oom = OomProfile.Linux2_6_32 });
        machine.CreateProcess(AddressSpaceLayout.X64).Task.Comm = "init";
        Process parent = machine.CreateProcess(AddressSpaceLayout.X64);
        Write(parent, 16 << 20);
        Process child = parent.Fork()!;
        Assert.True(machine.OutOfMemory(OomConstraint.None, 0, parent));
        Assert.True(child.HasExited);
        Assert.False(parent.HasExited);
    }

    /// <summary>The lines are laid out as a live Linux 6.18 printed its own.</summary>
    [Fact]
    public void TheLogReadsAsTheKernelsDoes()
    {
        Process hog = Start("hog");
        Write(hog, 16 << 20);
        hog.Task.Oom.WriteScore(100, mayLower: true);
        _machine.Clock.Sleep(566_293_811_000, cpus: 2);
        Assert.True(_machine.OutOfMemory(OomConstraint.None, 0, hog));
        Assert.Equal(
            [
                "[  566.293811] hog invoked oom-killer: gfp_mask=0x140dca(GFP_HIGHUSER_MOVABLE|__GFP_ZERO|__GFP_COMP), order=0, oom_score_adj=100",
                "[  566.293811] Tasks state (memory values in pages):",
                "[  566.293811] [  pid  ]   uid  tgid total_vm      rss rss_anon rss_file rss_shmem pgtables_bytes swapents oom_score_adj name",
                "[  566.293811] [      1]     0     1        0        0        0        0         0        0        0             0 init",
                "[  566.293811] [      2]     0     2     4096     4096     4096        0         0    40960        0           100 hog",
                "[  566.293811] oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,task_memcg=/,task=hog,pid=2,uid=0",
                "[  566.293811] Out of memory: Killed process 2 (hog) total-vm:16384kB, anon-rss:16384kB, file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:40kB oom_score_adj:100",
                "[  566.293811] oom_reaper: reaped process 2 (hog), now anon-rss:0kB, file-rss:0kB, shmem-rss:0kB",
            ],
            _machine.Log.Lines.ToArray());
    }

    private static void Write(Process process, ulong bytes)
    {
        VirtualAddress start = process.Mmap(VirtualAddress.Null, bytes, Protection.ReadWrite, MapFlags.Private).Address;
        process.AccessRange(start, bytes, AccessKind.Write);
    }

    private Process Start(string name)
    {
        Process process = _machine.CreateProcess(AddressSpaceLayout.X64);
        process.Task.Comm = name;
        return process;
    }
}
