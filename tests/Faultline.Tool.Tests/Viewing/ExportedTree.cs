using Faultline.Kernel;
using Faultline.Tool.Viewing;
using Faultline.Tracing.Scenarios;

namespace Faultline.Tool.Tests.Viewing;

/// <summary>A machine with a bit of everything, and its /proc as a folder.</summary>
public sealed class ExportedTree : IDisposable
{
    private const string Story = """
        machine ram=512M swap=256M thp=never cpus=2
        file /data/log 32M
        start sshd image=daemon
        start net image=dotnet uid=4242
        sshd: malloc sessions 3M
        sshd: write sessions
        start server uid=4242 nice=5
        server: readfile /data/log
        server: mmap log 32M file=/data/log readonly
        server: read log
        server: mmap segment 16M shared
        server: write segment
        server: fork worker
        worker: read segment
        start big uid=4242
        big: mmap promise 3G noreserve
        big: write promise 0 380M
        big: cpu 75s
        big: write promise 380M 80M
        sleep 10min
        """;

    private readonly ScenarioStory _story = Scenario.Play("tree", Story, TextWriter.Null);

    public ExportedTree() => ProcExport.Write(Machine, Folder, force: false);

    public string Folder { get; } = Path.Combine(Path.GetTempPath(), $"faultline-tree-{Environment.ProcessId}");

    public Machine Machine => _story.Machine;

    public void Dispose()
    {
        _story.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
