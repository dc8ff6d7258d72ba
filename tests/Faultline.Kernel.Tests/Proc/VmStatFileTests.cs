namespace Faultline.Kernel.Tests;

public sealed class VmStatFileTests
{
    /// <summary>Those of HighMem have lines on 32-bit machines only.</summary>
    private static readonly string[] s_counters = [.. Enum.GetNames<VmEvent>().Where(name => !name.EndsWith("_high", StringComparison.Ordinal))];

    [Fact]
    public void EveryCounterHasItsLine() => Assert.Empty(s_counters.Except(VmStatFile.AllNames));

    [Fact]
    public void CountersAreDeclaredInTheOrderOfTheirLines()
        => Assert.Equal(VmStatFile.AllNames.Where(name => Enum.TryParse(name, out VmEvent _)), s_counters);

    [Fact]
    public void TheLastLineIsTheLiteralOne()
    {
        using var machine = new Machine(new MachineOptions { RamBytes = 128UL << 20 });
        Assert.EndsWith("\nnr_unstable 0\n", VmStatFile.Text(machine));
    }

    /// <summary>The lines of a live 6.18, name by name.</summary>
    [RealKernelFact]
    public void ThisMachinesKernelPrintsTheSameLines()
        => Assert.Equal(File.ReadLines("/proc/vmstat").Select(line => line.Split(' ')[0]), VmStatFile.AllNames);
}
