// Small files of the machine (fs/proc/uptime.c, loadavg.c, stat.c, proc_namespace.c; mm/swapfile.c, 6.18), with what procps reads of them.

using System.Globalization;
using System.Text;

namespace Faultline.Kernel;

/// <summary>Texts of /proc/uptime, loadavg, stat, version and the like.</summary>
public static class MachineFiles
{
    /// <summary>Release that the simulated kernel names; the model is of this version.</summary>
    public const string Release = "6.18.0-faultline";

    /// <summary>Seconds between 1970 and the boot of every simulated machine: a fixed day, so that texts repeat.</summary>
    public const ulong BootTime = 1_767_225_600;

    /// <summary>Seconds since boot, and seconds in which processors were idle, summed over them.</summary>
    public static string Uptime(Machine machine) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Seconds(machine.Clock.Now)} {Seconds(machine.Clock.Idle)}\n");

    /// <summary>Nobody waits for a processor in the model: the averages are 0. Running, of all threads; then the pid given last.</summary>
    public static string LoadAverage(Machine machine) => string.Create(
        CultureInfo.InvariantCulture,
        $"0.00 0.00 0.00 1/{machine.Processes.Sum(process => process.ThreadCount)} {machine.LastPid}\n");

    /// <summary>Processor times in ticks of 10 ms; a process's are charged to the processor that it runs on.</summary>
    public static string Stat(Machine machine)
    {
        var text = new StringBuilder();
        var times = ProcessorTimes.Of(machine);
        AppendTimes(text, "cpu ", times.AllUser, times.AllSystem, machine.Clock.Idle);
        for (int cpu = 0; cpu < machine.Options.Cpus; cpu++)
            AppendTimes(text, string.Create(CultureInfo.InvariantCulture, $"cpu{cpu}"), times.User[cpu], times.System[cpu], machine.Clock.Idle / (ulong)machine.Options.Cpus);
        text.Append("intr 0\nctxt 0\n");
        text.Append(CultureInfo.InvariantCulture, $"btime {BootTime}\nprocesses {machine.LastPid}\nprocs_running 0\nprocs_blocked 0\n");
        return text.Append("softirq 0 0 0 0 0 0 0 0 0 0 0\n").ToString();
    }

    /// <summary>As many processors as the machine has, without the lines that depend on a real one.</summary>
    public static string CpuInfo(Machine machine)
    {
        var text = new StringBuilder();
        for (int cpu = 0; cpu < machine.Options.Cpus; cpu++)
            text.Append(CultureInfo.InvariantCulture, $"processor\t: {cpu}\nvendor_id\t: Faultline\nmodel name\t: simulated\ncpu MHz\t\t: 1000.000\n\n");
        return text.ToString();
    }

    /// <summary>The swap areas with their sizes in KiB; a file, whose first page is its header.</summary>
    public static string Swaps(Machine machine)
    {
        string head = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n";
        if (machine.SwapTotal.Value == 0)
            return head;
        ulong size = machine.SwapTotal.Bytes.Value >> 10, used = (machine.SwapTotal - machine.SwapFree).Bytes.Value >> 10;
        return head + string.Create(CultureInfo.InvariantCulture, $"{"/swapfile",-40}file\t\t{size}\t{(size < 10_000_000 ? "\t" : "")}{used}\t{(used < 10_000_000 ? "\t" : "")}-2\n");
    }

    public static string Version(Machine machine) => $"Linux version {Release} (faultline@simulated) (C#) #1 SMP PREEMPT_DYNAMIC\n";

    public static string Mounts(Machine machine) => "/dev/root / ext4 rw,relatime 0 0\nproc /proc proc rw,relatime 0 0\nsysfs /sys sysfs rw,relatime 0 0\n";

    private static void AppendTimes(StringBuilder text, string name, ulong user, ulong system, ulong idle)
        => text.Append(CultureInfo.InvariantCulture, $"{name} {MachineClock.Ticks(user)} 0 {MachineClock.Ticks(system)} {MachineClock.Ticks(idle)} 0 0 0 0 0 0\n");

    private static string Seconds(ulong nanoseconds) => string.Create(
        CultureInfo.InvariantCulture,
        $"{nanoseconds / MachineClock.NanosecondsPerSecond}.{nanoseconds % MachineClock.NanosecondsPerSecond / 10_000_000:00}");
}
