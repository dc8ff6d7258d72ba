namespace Faultline.Kernel.Tests;

/// <summary>Threads as the kernel has them: tasks in one address space.</summary>
public sealed class ThreadTests : IDisposable
{
    private readonly Machine _machine = new(new MachineOptions { RamBytes = 256UL << 20, Thp = ThpPolicy.Always });
    private readonly Process _process;

    public ThreadTests() => _process = _machine.CreateProcess(AddressSpaceLayout.X64);

    public void Dispose() => _machine.Dispose();

    [Fact]
    public void AThreadTakesATaskAPidAndAStackAndGivesThemBack()
    {
        (ulong, ulong, ulong, ulong) before = Objects();
        ProcessThread thread = _process.StartThread()!;
        (ulong tasks, ulong pids, ulong memories, ulong stacks) = Objects();
        Assert.Equal((before.Item1 + 1, before.Item2 + 1, before.Item3, before.Item4 + 16), (tasks, pids, memories, stacks));
        Assert.Equal((2, 2, 2), (_process.ThreadCount, thread.Tid, _machine.LastPid));
        _machine.CheckInvariants();
        _process.EndThread(thread);
        Assert.Equal(before, Objects());
        Assert.Throws<ArgumentException>(() => _process.EndThread(thread));
        _machine.CheckInvariants();
    }

    [Fact]
    public void ForkTakesTheCallingThreadAloneAndExitEndsAll()
    {
        _process.StartThread();
        _process.StartThread();
        Process child = _process.Fork()!;
        Assert.Equal((3, 1, 4), (_process.ThreadCount, child.ThreadCount, child.Pid));
        _process.Exit();
        child.Exit();
        Assert.Equal((0UL, 0UL, 0UL, 0UL), Objects());
        Assert.Equal(0, _process.ThreadCount);
        _machine.CheckInvariants();
    }

    [Fact]
    public void ProcShowsEachThread()
    {
        _process.Task.Comm = "app";
        ProcessThread thread = _process.StartThread()!;
        thread.Comm = "a worker with a long name";
        Assert.Contains("\nThreads:\t2\n", Read("status"), StringComparison.Ordinal);
        Assert.Equal("2", Read("stat").Split(' ')[19]);
        Assert.Equal("a worker with a\n", Read("task/2/comm"));
        Assert.StartsWith("2 (a worker with a) S ", Read("task/2/stat"), StringComparison.Ordinal);
        Assert.Contains("\nTgid:\t1\nNgid:\t0\nPid:\t2\n", Read("task/2/status"), StringComparison.Ordinal);
        Assert.Equal(Read("stat"), Read("task/1/stat"));
        Assert.All(_machine.Proc.FilesOf(_process), name => Read(name));
        Assert.Equal(Errno.ENOENT, _machine.Proc.Read("/proc/1/task/3/stat", ProcCaller.Root).Error);
        Assert.Equal("0.00 0.00 0.00 1/2 2\n", MachineFiles.LoadAverage(_machine));
        _process.EndThread(thread);
        Assert.Equal(Errno.ENOENT, _machine.Proc.Read("/proc/1/task/2/stat", ProcCaller.Root).Error);
    }

    [Fact]
    public void StacksGetNoHugePages()
    {
        VirtualAddress stack = _process.Mmap(default, 8 << 20, Protection.ReadWrite, MapFlags.Private | MapFlags.Stack).Address;
        _process.Access(stack + (4 << 20), AccessKind.Write);
        Assert.Equal(1UL, _process.ResidentPages.Value);
        Assert.Contains("nh", _process.Maps().Single(area => area.Start == stack).VmFlags, StringComparison.Ordinal);
    }

    private (ulong Tasks, ulong Pids, ulong Memories, ulong Stacks) Objects() =>
        (_machine.Caches.TaskStruct.ObjectsInUse, _machine.Caches.Pid.ObjectsInUse, _machine.Caches.MmStruct.ObjectsInUse, _machine.Stat[VmEvent.nr_kernel_stack]);

    private string Read(string name)
    {
        ProcText text = _machine.Proc.Read($"/proc/1/{name}", ProcCaller.Root);
        Assert.Equal(Errno.None, text.Error);
        return text.Text;
    }
}
