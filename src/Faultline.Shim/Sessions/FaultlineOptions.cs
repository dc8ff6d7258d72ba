using Faultline.Kernel;
using Faultline.Libc;
using Faultline.Shim.Host;
using Faultline.Tracing.Session;

namespace Faultline;

/// <summary>
/// How a program's native memory is simulated and observed. Read once, when the process's session is made: by the first
/// <see cref="FaultlineSession.Start"/>, or with these defaults by the first routed call. Under <c>faultline run</c> the tool makes the
/// session, and its command line is in force instead. The defaults are those of <c>faultline run</c>.
/// </summary>
public sealed record FaultlineOptions
{
    private const ulong SmallestRam = 64UL << 20;
    private const ulong LargestRam = 1UL << 44;
    private const int MostCpus = 1024;

    /// <summary>Memory of the simulated machine in bytes, 64 MiB to 16 TiB. Default: 16 GiB, or the host's where that is more.</summary>
    public ulong RamBytes { get; init; } = Math.Max(new MachineOptions().RamBytes, PageSize.Down(HostMachine.RamBytes()));

    /// <summary>Processors of the simulated machine, 1 to 1024.</summary>
    public int Cpus { get; init; } = new MachineOptions().Cpus;

    /// <summary>
    /// The simulated C library by its name, glibc-2.36, glibc-2.39 or glibc-2.41. Null: the one that the environment names in FAULTLINE_LIBC, else glibc-2.36.
    /// </summary>
    public string? Libc { get; init; }

    /// <summary>Transparent huge pages of the simulated machine.</summary>
    public ThpPolicy TransparentHugePages { get; init; } = ThpPolicy.MadviseOnly;

    /// <summary>Whether each requested byte counts as written at once, instead of the real pages being looked at.</summary>
    public bool AssumesTouches { get; init; }

    /// <summary>Shortest time between two snapshots that are taken beside those that are asked for; zero takes none.</summary>
    public TimeSpan SnapshotInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Throws <see cref="ArgumentOutOfRangeException"/>, with the value, where one is out of its range.</summary>
    internal SessionParameters ToParameters(uint siteCount)
    {
        Check(RamBytes is >= SmallestRam and <= LargestRam, nameof(RamBytes), RamBytes, "64 MiB to 16 TiB");
        Check(Cpus is >= 1 and <= MostCpus, nameof(Cpus), Cpus, $"1 to {MostCpus}");
        Check(Enum.IsDefined(TransparentHugePages), nameof(TransparentHugePages), TransparentHugePages, "Never, MadviseOnly and Always");
        LibcProfile? libc = Libc == null ? LibcProfile.Default : LibcProfile.Find(Libc);
        Check(libc != null, nameof(Libc), Libc!, LibcProfile.Names);
        double milliseconds = SnapshotInterval.TotalMilliseconds;
        Check(milliseconds is >= 0 and <= int.MaxValue, nameof(SnapshotInterval), SnapshotInterval, "0 to 24 days");
        return new()
        {
            RamBytes = PageSize.Down(RamBytes),
            Cpus = (uint)Cpus,
            ThpPolicy = (uint)TransparentHugePages,
            Libc = libc!,
            Observer = AssumesTouches ? ObserverRequest.Assume : ObserverRequest.Best,
            SnapshotMilliseconds = (uint)Math.Ceiling(milliseconds),
            SiteCount = siteCount,
        };
    }

    private static void Check(bool isFine, string name, object value, string range)
    {
        if (!isFine)
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be within {range}");
    }
}
