// Numbers under /proc/sys/vm that the model heeds (mm/*.c vm_table, 6.18): bounds as the kernel checks them, EINVAL outside.

using System.Globalization;

namespace Faultline.Kernel;

/// <summary>The files of /proc/sys/vm.</summary>
internal static class Sysctls
{
    private const string Folder = "/proc/sys/vm/";
    private const int RootWrites = 0x1a4;       // 0644
    private const int RootOnlyWrites = 0x80;    // 0200

    public static IEnumerable<ProcEntry> All =>
    [
        Number("compaction_proactiveness", 100, options => options.CompactionProactiveness, (options, value) => options with { CompactionProactiveness = value }, machine => machine.Kcompactd.Trigger()),
        Number("dirty_background_ratio", 100, options => options.Files.DirtyBackgroundRatio, (options, value) => options with { Files = options.Files with { DirtyBackgroundRatio = value } }),
        Number("dirty_ratio", 100, options => options.Files.DirtyRatio, (options, value) => options with { Files = options.Files with { DirtyRatio = value } }),
        Number("oom_kill_allocating_task", 1, options => options.OomKillsAllocatingTask ? 1 : 0, (options, value) => options with { OomKillsAllocatingTask = value != 0 }),
        Number("overcommit_memory", 2, options => (int)options.Overcommit, (options, value) => options with { Overcommit = (OvercommitPolicy)value }),
        Number("overcommit_ratio", int.MaxValue, options => options.OvercommitRatio, (options, value) => options with { OvercommitRatio = value }),
        Number("page-cluster", 10, options => options.PageCluster, (options, value) => options with { PageCluster = value }),
        Number("swappiness", 200, options => options.Swappiness, (options, value) => options with { Swappiness = value }),
        new(Folder + "compact_memory", RootOnlyWrites, _ => "", CompactMemory),
        new(Folder + "drop_caches", RootWrites, machine => "0\n", DropCaches),
    ];

    private static ProcEntry Number(string name, int most, Func<MachineOptions, int> read, Func<MachineOptions, int, MachineOptions> with, Action<Machine>? written = null) => new(
        Folder + name,
        RootWrites,
        machine => read(machine.Options).ToString(CultureInfo.InvariantCulture) + "\n",
        (machine, text) =>
        {
            if (Parse(text) is not { } value || value > most)
                return Errno.EINVAL;
            machine.Options = with(machine.Options, value);
            written?.Invoke(machine);
            return Errno.None;
        });

    /// <summary>1 compacts every zone; other numbers are invalid.</summary>
    private static Errno CompactMemory(Machine machine, string text)
    {
        if (Parse(text) != 1)
            return Errno.EINVAL;
        machine.CompactMemory();
        return Errno.None;
    }

    /// <summary>1: clean pages of files that nothing maps; 2: dentries and inodes; 3: both.</summary>
    private static Errno DropCaches(Machine machine, string text)
    {
        if (Parse(text) is not { } value || value is < 1 or > 4)
            return Errno.EINVAL;
        if ((value & 1) != 0)
            machine.Files.DropCaches();
        if ((value & 2) != 0)
            machine.Files.DropSlab();
        return Errno.None;
    }

    private static int? Parse(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : null;
}
