// The files of /proc and /sys that are the machine's (fs/proc, mm/vmstat.c, kernel/sysctl.c, 6.18).

using System.Globalization;

namespace Faultline.Kernel;

internal static class MachineEntries
{
    private const int Everybody = 0x124;        // 0444
    private const int RootOnly = 0x100;         // 0400
    private const int RootWrites = 0x1a4;       // 0644

    public static IReadOnlyList<ProcEntry> All { get; } =
    [
        new("/proc/buddyinfo", Everybody, BuddyInfo.Text),
        new("/proc/pagetypeinfo", RootOnly, PageTypeInfo.Text),
        new("/proc/slabinfo", RootOnly, SlabInfo.Text),
        new("/proc/vmstat", Everybody, machine => machine.Stat.Text()),
        new("/proc/sys/vm/overcommit_memory", RootWrites, machine => Number((long)machine.Options.Overcommit)),
        new("/proc/sys/vm/overcommit_ratio", RootWrites, machine => Number(machine.Options.OvercommitRatio)),
        new("/proc/sys/vm/oom_kill_allocating_task", RootWrites, machine => Number(machine.Options.OomKillsAllocatingTask ? 1 : 0), WriteOomKillsAllocatingTask),
        new("/sys/kernel/debug/extfrag/extfrag_index", RootOnly, BuddyInfo.FragmentationIndexText),
        new("/sys/kernel/debug/extfrag/unusable_index", RootOnly, BuddyInfo.UnusableIndexText),
        new("/sys/kernel/mm/transparent_hugepage/enabled", RootWrites, ThpText),
    ];

    public static ProcEntry? Find(string path) => All.FirstOrDefault(entry => entry.Path == path);

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture) + "\n";

    private static Errno WriteOomKillsAllocatingTask(Machine machine, string text)
    {
        if (text is not ("0" or "1"))
            return Errno.EINVAL;
        machine.Options = machine.Options with { OomKillsAllocatingTask = text == "1" };
        return Errno.None;
    }

    private static string ThpText(Machine machine) => machine.Options.Thp switch
    {
        ThpPolicy.Always => "[always] madvise never\n",
        ThpPolicy.MadviseOnly => "always [madvise] never\n",
        _ => "always madvise [never]\n",
    };
}
