using System.Text.RegularExpressions;

namespace Faultline.Kernel.Tests;

/// <summary>Texts of /proc beside those of this machine's kernel: the same lines, names and columns, whatever the numbers.</summary>
public sealed partial class LiveShapeTests : IDisposable
{
    private readonly Machine _machine = new(new MachineOptions { RamBytes = 8UL << 30, SwapBytes = 1UL << 30, Cpus = Environment.ProcessorCount });
    private readonly Process _process;

    public LiveShapeTests() => _process = _machine.Spawn(ProgramImages.Daemon);

    public void Dispose() => _machine.Dispose();

    [RealKernelFact]
    public void MemInfo() => Assert.Equal(Names("/proc/meminfo"), Names(Kernel.MemInfo.Text(_machine).Split('\n')));

    /// <summary>Numbers are right-aligned, so that a label and its number always take 24 columns, or more where the number is long.</summary>
    [Fact]
    public void MemInfoLinesAreAligned()
        => Assert.All(Kernel.MemInfo.Text(_machine).Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.Matches(@"^[A-Za-z_()0-9]+: +\d+( kB)?$", line));

    /// <summary>Lines of processor faults depend on the hardware.</summary>
    [RealKernelFact]
    public void Status() => Assert.Equal(
        Names("/proc/self/status").Where(name => !name.StartsWith("x86", StringComparison.Ordinal)),
        Names(ProcessStatus.Text(_process).Split('\n')));

    [RealKernelFact]
    public void Stat() => Assert.Equal(
        File.ReadAllText("/proc/self/stat").Split(' ').Length,
        ProcessStat.Text(_process).Split(' ').Length);

    [RealKernelFact]
    public void Statm() => Assert.Equal(Shape(File.ReadAllText("/proc/self/statm")), Shape(ProcessStat.Statm(_process)));

    [RealKernelFact]
    public void MachineStat() => Assert.Equal(
        Names("/proc/stat", ' ').Where(name => name is not "intr"),
        Names(MachineFiles.Stat(_machine).Split('\n'), ' ').Where(name => name is not "intr"));

    [RealKernelFact]
    public void UptimeAndLoad()
    {
        Assert.Equal(Shape(File.ReadAllText("/proc/uptime")), Shape(MachineFiles.Uptime(_machine)));
        Assert.Equal(Shape(File.ReadAllText("/proc/loadavg")), Shape(MachineFiles.LoadAverage(_machine)));
    }

    [RealKernelFact]
    public void Swaps() => Assert.Equal(File.ReadLines("/proc/swaps").First(), MachineFiles.Swaps(_machine).Split('\n')[0]);

    private static string[] Names(string path, char separator = ':') => Names(File.ReadAllLines(path), separator);

    private static string[] Names(string[] lines, char separator = ':') => [.. lines.Where(line => line.Length > 0).Select(line => line.Split(separator)[0])];

    private static string Shape(string text) => Number().Replace(text, "N");

    [GeneratedRegex(@"\d+")]
    private static partial Regex Number();
}
