namespace Faultline.Kernel.Tests;

public sealed class SysctlTests : IDisposable
{
    private readonly Machine _machine = new(new MachineOptions { RamBytes = 256UL << 20 });

    public void Dispose() => _machine.Dispose();

    [Theory]
    [InlineData("compaction_proactiveness", "100", "101")]
    [InlineData("swappiness", "200", "201")]
    [InlineData("page-cluster", "10", "11")]
    [InlineData("overcommit_memory", "2", "3")]
    [InlineData("overcommit_ratio", "90", "-1")]
    [InlineData("oom_kill_allocating_task", "1", "2")]
    public void ANumberIsReadBackAndBoundsAreKept(string name, string value, string tooMuch)
    {
        Assert.Equal(Errno.None, Write(name, value));
        Assert.Equal(value + "\n", _machine.Proc.Read("/proc/sys/vm/" + name, ProcCaller.Root).Text);
        Assert.Equal(Errno.EINVAL, Write(name, tooMuch));
        Assert.Equal(Errno.EINVAL, Write(name, "much"));
        Assert.Equal(Errno.EACCES, _machine.Proc.Write("/proc/sys/vm/" + name, value, ProcCaller.User(1000)));
        Assert.Equal(value + "\n", _machine.Proc.Read("/proc/sys/vm/" + name, ProcCaller.Root).Text);
    }

    [Fact]
    public void OvercommitIsHeededFromThenOn()
    {
        Process process = _machine.CreateProcess(AddressSpaceLayout.X64);
        Assert.False(process.Mmap(VirtualAddress.Null, 200 << 20, Protection.ReadWrite, MapFlags.Private).Failed);
        Write("overcommit_memory", "2");
        Assert.Equal(Errno.ENOMEM, process.Mmap(VirtualAddress.Null, 200 << 20, Protection.ReadWrite, MapFlags.Private).Error);
        Write("overcommit_memory", "1");
        Assert.False(process.Mmap(VirtualAddress.Null, 2UL << 30, Protection.ReadWrite, MapFlags.Private).Failed);
    }

    [Fact]
    public void DropCachesGivesFilesBack()
    {
        Process process = _machine.CreateProcess(AddressSpaceLayout.X64);
        OpenFile file = _machine.Files.Open(_machine.Files.Create("/data", 8 << 20));
        process.Read(file, 0, 8 << 20);
        ulong cached = _machine.Stat[VmEvent.nr_file_pages];
        Assert.Equal(Errno.None, Write("drop_caches", "1"));
        Assert.Equal(2048UL, cached - _machine.Stat[VmEvent.nr_file_pages]);
        Assert.Equal(Errno.EINVAL, Write("drop_caches", "9"));
    }

    [Fact]
    public void HugePagesCanBeSwitchedWhileTheMachineRuns()
    {
        const string Enabled = "/sys/kernel/mm/transparent_hugepage/enabled";
        Assert.Equal(Errno.None, _machine.Proc.Write(Enabled, "always\n", ProcCaller.Root));
        Assert.Equal("[always] madvise never\n", _machine.Proc.Read(Enabled, ProcCaller.Root).Text);
        Assert.Equal(Errno.EINVAL, _machine.Proc.Write(Enabled, "sometimes", ProcCaller.Root));
    }

    private Errno Write(string name, string text) => _machine.Proc.Write("/proc/sys/vm/" + name, text, ProcCaller.Root);
}
