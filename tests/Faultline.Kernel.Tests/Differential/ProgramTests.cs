using System.Diagnostics;
using Faultline.TestSupport;

namespace Faultline.Kernel.Tests;

/// <summary>A program that prints its maps, started without address randomisation, against the same ELF files loaded by the model.</summary>
public sealed class ProgramTests
{
    [RealKernelFact]
    public void ItsAreasLieWhereTheKernelAndTheDynamicLinkerPutThem()
    {
        string program = RealKernel.Compile("maps.c");
        string real = Run(program);
        using var machine = new Machine(new MachineOptions { RamBytes = 1UL << 30 });
        Process process = machine.Spawn(ImageOf(program, real));
        machine.CheckInvariants();
        Assert.Equal(Comparable(real), Comparable(MapsText.Of(process)));
        Process second = machine.Spawn(ImageOf(program, real));
        Assert.Equal(process.Resident.File, second.Resident.File);
        Assert.Equal(0UL, second.MajorFaults);
    }

    /// <summary>The maps of this very process, some hundred areas, make a process that maps as much at the same places.</summary>
    [RealKernelFact]
    public void ARealProcessCanBeTheStartingPoint()
    {
        MapsImage image = MapsImage.Parse("testhost", File.ReadAllText("/proc/self/maps"));
        using var machine = new Machine(new MachineOptions { RamBytes = 1UL << 30, Overcommit = OvercommitPolicy.Always });
        Process process = machine.Spawn(image);
        machine.CheckInvariants();
        Assert.Equal(image.Lines.Aggregate(0UL, (pages, line) => pages + ((line.End - line.Start) >> 12)), process.VirtualPages.Value);
        Assert.Equal(0UL, process.ResidentPages.Value);
        IReadOnlyList<AreaInfo> areas = process.Maps();
        foreach (MapsLine line in image.Lines)
            Assert.Contains(areas, area => area.Start.Value <= line.Start && area.End.Value >= line.End && area.Protection == line.Protection && area.IsShared == line.IsShared && area.Name == line.Name);
        Assert.Contains(areas, area => area.Name == "[stack]");
        AreaInfo text = areas.First(area => area.Name.EndsWith("libcoreclr.so", StringComparison.Ordinal) && area.Protection == (Protection.Read | Protection.Execute));
        Assert.Equal(FaultOutcome.MajorFault, process.Access(text.Start, AccessKind.Read));
    }

    /// <summary>Labels, order and columns of smaps and smaps_rollup; the line of protection keys is there only where the processor has them, which the model's has not.</summary>
    [RealKernelFact]
    public void SmapsIsLaidOutAsTheKernelLaysItOut()
    {
        using var machine = new Machine(new MachineOptions { RamBytes = 1UL << 30 });
        Process process = machine.Spawn(ProgramImages.Daemon);
        Assert.Equal(Shape(File.ReadLines("/proc/self/smaps").Skip(1).TakeWhile(line => !line.StartsWith("VmFlags", StringComparison.Ordinal)).Where(line => !line.StartsWith("ProtectionKey", StringComparison.Ordinal))), Shape(SmapsText.Of(process).Split('\n').Skip(1).TakeWhile(line => !line.StartsWith("VmFlags", StringComparison.Ordinal))));
        Assert.Equal(Shape(File.ReadLines("/proc/self/smaps_rollup").Skip(1)), Shape(SmapsText.Rollup(process).TrimEnd('\n').Split('\n').Skip(1)));
    }

    /// <summary>A line with its number blotted out.</summary>
    private static string[] Shape(IEnumerable<string> lines) => [.. lines.Select(line => System.Text.RegularExpressions.Regex.Replace(line, " +[0-9]+", number => new string('#', number.Length)))];

    private static ProgramImage ImageOf(string program, string maps)
    {
        ElfObject executable = ElfReader.Read(program, out string? interpreter);
        string linker = PathIn(maps, Path.GetFileName(interpreter!)), libc = PathIn(maps, "libc.so.6");
        return new ProgramImage
        {
            Name = "maps",
            Executable = executable,
            Interpreter = ElfReader.Read(linker, out _),
            Libraries = [ElfReader.Read(libc, out _)],
            LinkerCacheBytes = (ulong)new FileInfo("/etc/ld.so.cache").Length,
        };
    }

    private static string PathIn(string maps, string name) => MapsLine.ParseAll(maps).First(line => line.Name.EndsWith(name, StringComparison.Ordinal)).Name;

    /// <summary>Places, permissions, offsets and names; the devices are other ones.</summary>
    private static string[] Comparable(string maps) =>
        [.. MapsLine.ParseAll(maps).Where(line => line.Name != "[vsyscall]").Select(line => $"{line.Start:x}-{line.End:x} {line.Protection} {line.Offset:x} {line.Name}")];

    private static string Run(string program)
    {
        using System.Diagnostics.Process process = System.Diagnostics.Process.Start(new ProcessStartInfo(program) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output;
    }
}
