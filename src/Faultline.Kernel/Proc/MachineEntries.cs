// The files of /proc and /sys that are the machine's (fs/proc, mm/vmstat.c, kernel/sysctl.c, 6.18).

using System.Globalization;

namespace Faultline.Kernel;

internal static class MachineEntries
{
    private const int Everybody = 0x124;        // 0444
    private const int RootOnly = 0x100;         // 0400
    private const int RootWrites = 0x1a4;       // 0644

    /// <summary>PID_MAX_LIMIT of a 64-bit kernel.</summary>
    private const int PidMax = 4 * 1024 * 1024;

    public static IReadOnlyList<ProcEntry> All { get; } =
    [
        new("/proc/buddyinfo", Everybody, BuddyInfo.Text),
        new("/proc/pagetypeinfo", RootOnly, PageTypeInfo.Text),
        new("/proc/cpuinfo", Everybody, MachineFiles.CpuInfo),
        new("/proc/loadavg", Everybody, MachineFiles.LoadAverage),
        new("/proc/meminfo", Everybody, MemInfo.Text),
        new("/proc/mounts", Everybody, MachineFiles.Mounts),
        new("/proc/slabinfo", RootOnly, SlabInfo.Text),
        new("/proc/stat", Everybody, MachineFiles.Stat),
        new("/proc/swaps", Everybody, MachineFiles.Swaps),
        new("/proc/uptime", Everybody, MachineFiles.Uptime),
        new("/proc/version", Everybody, MachineFiles.Version),
        new("/proc/vmstat", Everybody, VmStatFile.Text),
        new("/proc/zoneinfo", Everybody, ZoneInfoFile.Text),
        new("/proc/sys/kernel/osrelease", Everybody, _ => MachineFiles.Release + "\n"),
        new("/proc/sys/kernel/pid_max", Everybody, _ => Number(PidMax)),
        .. Sysctls.All,
        new("/sys/kernel/debug/extfrag/extfrag_index", RootOnly, BuddyInfo.FragmentationIndexText),
        new("/sys/kernel/debug/extfrag/unusable_index", RootOnly, BuddyInfo.UnusableIndexText),
        new("/sys/kernel/mm/transparent_hugepage/enabled", RootWrites, ThpText, WriteThp),
    ];

    public static ProcEntry? Find(string path) => All.FirstOrDefault(entry => entry.Path == path);

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture) + "\n";

    private static Errno WriteThp(Machine machine, string text)
    {
        ThpPolicy? policy = text switch
        {
            "always" => ThpPolicy.Always,
            "madvise" => ThpPolicy.MadviseOnly,
            "never" => ThpPolicy.Never,
            _ => null,
        };
        bool without = machine.Options.Architecture == MachineArchitecture.X86;
        if (policy is not { } wanted || (without && wanted != ThpPolicy.Never))
            return Errno.EINVAL;
        machine.Options = machine.Options with { Thp = wanted };
        return Errno.None;
    }

    private static string ThpText(Machine machine) => machine.Options.Thp switch
    {
        ThpPolicy.Always => "[always] madvise never\n",
        ThpPolicy.MadviseOnly => "always [madvise] never\n",
        _ => "always madvise [never]\n",
    };
}
