using System.Text.RegularExpressions;

namespace Faultline.Kernel.Tests;

public sealed partial class ZoneInfoFileTests
{
    /// <summary>Line by line the same words in the same columns as this machine's own, whatever the numbers.</summary>
    [RealKernelFact]
    public void TheLinesAreThoseOfThisMachinesKernel()
    {
        ulong ram = (ulong)Environment.ProcessorCount << 30;
        using var machine = new Machine(new MachineOptions { RamBytes = Math.Max(ram, 8UL << 30), Cpus = Environment.ProcessorCount });
        Assert.Equal(Shape(File.ReadAllText("/proc/zoneinfo")), Shape(ZoneInfoFile.Text(machine)));
    }

    [Fact]
    public void PagesOfAZoneAreThoseOnItsLists()
    {
        using var machine = new Machine(new MachineOptions { RamBytes = 256UL << 20, Thp = ThpPolicy.Never });
        Process process = machine.CreateProcess(AddressSpaceLayout.X64);
        VirtualAddress start = process.Mmap(VirtualAddress.Null, 8 << 20, Protection.ReadWrite, MapFlags.Private).Address;
        process.AccessRange(start, 8 << 20, AccessKind.Write);
        Assert.Contains("      nr_zone_inactive_anon 2048\n", ZoneInfoFile.Text(machine));
        Assert.Contains("      nr_inactive_anon 2048\n", ZoneInfoFile.Text(machine));
    }

    private static string[] Shape(string text) => [.. text.Split('\n').Select(line => Number().Replace(line, "N"))];

    [GeneratedRegex(@"\d+")]
    private static partial Regex Number();
}
