namespace Faultline.Kernel.Tests;

public sealed class ProcFsTests : IDisposable
{
    private readonly Machine _machine = new(new MachineOptions { RamBytes = 128UL << 20 });
    private readonly Process _process;

    public ProcFsTests()
    {
        _machine.CreateProcess(AddressSpaceLayout.X64);
        _process = _machine.CreateProcess(AddressSpaceLayout.X64);
        _process.Task.Comm = "a name that is too long";
        _process.Task.CommandLine = ["/usr/bin/app", "--fast"];
        _process.Task.Uid = 1000;
    }

    public void Dispose() => _machine.Dispose();

    [Fact]
    public void NamesAndArguments()
    {
        Assert.Equal("a name that is \n", Read("comm"));
        Assert.Equal("/usr/bin/app\0--fast\0", Read("cmdline"));
    }

    [Fact]
    public void TheThreeOomFilesAgree()
    {
        Assert.Equal(Errno.None, Write("oom_score_adj", "100\n", ProcCaller.Root));
        Assert.Equal(("100\n", "1\n", "730\n"), (Read("oom_score_adj"), Read("oom_adj"), Read("oom_score")));
    }

    [Fact]
    public void AStrangerMayReadAndNotWrite()
    {
        Assert.Equal(Errno.EACCES, Write("oom_score_adj", "5", ProcCaller.User(1001)));
        Assert.Equal(Errno.None, Write("oom_score_adj", "5", ProcCaller.User(1000)));
        Assert.Equal("5\n", _machine.Proc.Read("/proc/2/oom_score_adj", ProcCaller.User(1001)).Text);
        Assert.Equal(Errno.EACCES, _machine.Proc.Read("/proc/pagetypeinfo", ProcCaller.User(1001)).Error);
    }

    [Fact]
    public void WhatCannotBeWrittenIsRefusedEvenForRoot()
    {
        Assert.Equal(Errno.EACCES, Write("oom_score", "1", ProcCaller.Root));
        Assert.Equal(Errno.EACCES, _machine.Proc.Write("/proc/buddyinfo", "1", ProcCaller.Root));
    }

    [Theory]
    [InlineData("/proc/99/oom_score")]
    [InlineData("/proc/2/nothing")]
    [InlineData("/proc/2")]
    [InlineData("/proc/nothing")]
    [InlineData("buddyinfo")]
    public void WhatIsNotThereIsNotFound(string path)
    {
        Assert.Equal(Errno.ENOENT, _machine.Proc.Read(path, ProcCaller.Root).Error);
        Assert.Equal(Errno.ENOENT, _machine.Proc.Write(path, "1", ProcCaller.Root));
    }

    [Theory]
    [InlineData("oom_adj", "much")]
    [InlineData("oom_adj", "16")]
    [InlineData("oom_score_adj", "")]
    [InlineData("oom_score_adj", "1001")]
    public void ValuesThatMakeNoSenseAreInvalid(string name, string text) => Assert.Equal(Errno.EINVAL, Write(name, text, ProcCaller.Root));

    [Fact]
    public void ClassicKernelsHaveNoOomScoreAdj()
    {
        using var machine = new Machine(new MachineOptions { RamBytes = 128UL << 20, Oom = OomProfile.Linux2_6_32 });
        machine.CreateProcess(AddressSpaceLayout.X64);
        Assert.Equal(Errno.ENOENT, machine.Proc.Read("/proc/1/oom_score_adj", ProcCaller.Root).Error);
        Assert.Equal(Errno.None, machine.Proc.Read("/proc/1/oom_adj", ProcCaller.Root).Error);
    }

    [Fact]
    public void EveryFileThatIsListedCanBeRead()
    {
        Assert.Equal(Errno.EACCES, _machine.Proc.Read("/proc/sys/vm/compact_memory", ProcCaller.Root).Error);
        Assert.All(_machine.Proc.MachineFiles.Where(path => !path.EndsWith("compact_memory", StringComparison.Ordinal)), path => Assert.False(_machine.Proc.Read(path, ProcCaller.Root).Failed, path));
        Assert.All(_machine.Proc.ProcessFiles, name => Assert.False(_machine.Proc.Read($"/proc/2/{name}", ProcCaller.Root).Failed, name));
    }

    private string Read(string name) => _machine.Proc.Read($"/proc/2/{name}", ProcCaller.Root).Text;

    private Errno Write(string name, string text, ProcCaller caller) => _machine.Proc.Write($"/proc/2/{name}", text, caller);
}
