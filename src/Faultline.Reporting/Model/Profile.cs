namespace Faultline.Reporting;

/// <summary>How the program ended. <paramref name="Signal"/> is "SIGKILL" and the like, null for an exit of its own.</summary>
public sealed record ProgramEnd(string Target, string Name, int ExitCode, string? Signal, TimeSpan WallTime);

/// <summary>
/// Which models made the numbers: the C library, the kernel, the machine, and how page touches were seen.
/// <paramref name="ObserverText"/> says by what, and where another was wanted, why not that.
/// </summary>
public sealed record Profile(
    string Libc,
    string? Arenas,
    string Kernel,
    ulong RamBytes,
    uint Cpus,
    uint PageBytes,
    string Thp,
    string Observer,
    string ObserverText)
{
    /// <summary>What is said of the C library of the machine that the program ran on, where it is another than the simulated one; else null.</summary>
    public string? HostLibc { get; init; }
}
