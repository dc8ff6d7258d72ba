// Programs to start with when there is no real one at hand. Segments are those of the files of Debian 12 (glibc 2.36) and of .NET
// 10.0 for linux-x64; what the .NET program maps of its own is what one that prints a line has (RssAnon 2.0 MiB, RssFile 20.4 MiB, RssShmem 1.3 MiB).

namespace Faultline.Kernel;

/// <summary>Ready-made programs.</summary>
public static class ProgramImages
{
    private const Protection R = Protection.Read, X = Protection.Read | Protection.Execute, W = Protection.ReadWrite;
    private const string Libraries = "/usr/lib/x86_64-linux-gnu/";
    private const string Framework = "/usr/share/dotnet/shared/Microsoft.NETCore.App/10.0/";

    private static ElfObject Linker { get; } = new()
    {
        Path = Libraries + "ld-linux-x86-64.so.2",
        FileSize = 215000,
        Segments = [new(0, 0, 0xd58, 0xd58, R), new(0x1000, 0x1000, 0x25111, 0x25111, X), new(0x27000, 0x27000, 0x9c7c, 0x9c7c, R), new(0x31900, 0x31900, 0x2810, 0x29d8, W)],
        RelroAddress = 0x31900,
        RelroBytes = 0x1700,
        StartupCodeBytes = 0x25111,
    };

    private static ElfObject Libc { get; } = new()
    {
        Path = Libraries + "libc.so.6",
        FileSize = 1926232,
        Segments = [new(0, 0, 0x25388, 0x25388, R), new(0x26000, 0x26000, 0x1550fc, 0x1550fc, X), new(0x17c000, 0x17c000, 0x52c31, 0x52c31, R), new(0x1cf8d0, 0x1cf8d0, 0x4f98, 0x12680, W)],
        RelroAddress = 0x1cf8d0,
        RelroBytes = 0x3730,
        StartupCodeBytes = 850 << 10,
    };

    /// <summary>A small program in C that uses nothing but libc.</summary>
    public static ProgramImage Daemon { get; } = new()
    {
        Name = "daemon",
        Executable = new ElfObject
        {
            Path = "/usr/sbin/daemon",
            FileSize = 44016,
            Segments = [new(0, 0, 0x1720, 0x1720, R), new(0x2000, 0x2000, 0x4da9, 0x4da9, X), new(0x7000, 0x7000, 0x20e8, 0x20e8, R), new(0x9c30, 0xac30, 0x650, 0x7e8, W)],
            RelroAddress = 0xac30,
            RelroBytes = 0x3d0,
        },
        Interpreter = Linker,
        Libraries = [Libc],
    };

    /// <summary>A .NET program that prints a line: 50 GiB of address space are reserved for the garbage collector's heap and hardly any of it is used.</summary>
    public static ProgramImage DotNet { get; } = new()
    {
        Name = "dotnet",
        Executable = new ElfObject
        {
            Path = "/usr/share/dotnet/dotnet",
            FileSize = 71808,
            Segments = [new(0, 0, 0x5bb0, 0x5bb0, R), new(0x5bb0, 0x6bb0, 0xaa00, 0xaa00, X), new(0x105b0, 0x125b0, 0x5f8, 0xa50, W), new(0x10bb0, 0x13bb0, 0x2e8, 0x304, W)],
            RelroAddress = 0x125b0,
            RelroBytes = 0xa50,
        },
        Interpreter = Linker,
        Libraries = [CoreClr, ClrJit, CppLibrary, Libc],
        Mappings =
        [
            new(null, 50503610368, 0, Protection.None),
            new(null, 2111766528, 0, Protection.None),
            new(null, 8 << 20, 1536 << 10, W),
            new("/memfd:doublemapper", 2244608, 1364 << 10, W),
            new(Framework + "System.Private.CoreLib.dll", 15577088, 8 << 20, X),
            new(Framework + "System.Console.dll", 405504, 128 << 10, R),
        ],
    };

    private static ElfObject CoreClr => new()
    {
        Path = Framework + "libcoreclr.so",
        FileSize = 7110952,
        Segments = [new(0, 0, 0x1c8998, 0x1c8998, R), new(0x1c89a0, 0x1c99a0, 0x4b0600, 0x4b0600, X), new(0x678fa0, 0x67afa0, 0x267d0, 0x27060, W), new(0x69f770, 0x6a2770, 0x27d48, 0x7cc28, W)],
        RelroAddress = 0x67afa0,
        RelroBytes = 0x27060,
        StartupCodeBytes = 4 << 20,
    };

    private static ElfObject ClrJit => new()
    {
        Path = Framework + "libclrjit.so",
        FileSize = 4750912,
        Segments = [new(0, 0, 0xb0ab4, 0xb0ab4, R), new(0xb0ac0, 0xb1ac0, 0x3c4520, 0x3c4520, X), new(0x474fe0, 0x476fe0, 0x12310, 0x13020, W), new(0x4872f0, 0x48a2f0, 0x1a0, 0x44961, W)],
        RelroAddress = 0x476fe0,
        RelroBytes = 0x13020,
        StartupCodeBytes = 2 << 20,
    };

    private static ElfObject CppLibrary => new()
    {
        Path = Libraries + "libstdc++.so.6.0.30",
        FileSize = 2190440,
        Segments = [new(0, 0, 0x98e60, 0x98e60, R), new(0x99000, 0x99000, 0x1005c9, 0x1005c9, X), new(0x19a000, 0x19a000, 0x6ebd9, 0x6ebd9, R), new(0x2098a8, 0x2098a8, 0xc968, 0xffd8, W)],
        RelroAddress = 0x2098a8,
        RelroBytes = 0xa758,
        StartupCodeBytes = 512 << 10,
    };
}
