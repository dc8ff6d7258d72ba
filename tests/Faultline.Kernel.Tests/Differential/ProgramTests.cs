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
