// top(1) of procps 4 in batch mode: the summary and the default columns.

using System.Globalization;
using System.Text;

namespace Faultline.Kernel;

/// <summary>
/// Processes by memory. VIRT: all that is mapped. RES: what has frames. SHR: the part of RES that may be shared, whether it is or not, so it
/// must not be added up over processes. %MEM: RES of all memory. Sizes are KiB, or MiB (m), GiB (g), TiB (t) where they would not fit.
/// </summary>
public static class TopView
{
    private const int SizeWidth = 7;
    private const string Columns = "    PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND\n";

    public static string Text(Machine machine)
    {
        MemoryFigures memory = MemoryFigures.Of(machine);
        var text = new StringBuilder();
        int count = machine.Processes.Count;
        text.Append(CultureInfo.InvariantCulture, $"top - up {Uptime(machine.Clock.Now)},  0 users,  load average: 0.00, 0.00, 0.00\n");
        text.Append(CultureInfo.InvariantCulture, $"Tasks: {count,3} total, {0,3} running, {count,3} sleeping,   0 stopped,   0 zombie\n");
        text.Append(CultureInfo.InvariantCulture, $"MiB Mem : {Mib(memory.Total),8} total, {Mib(memory.Free),8} free, {Mib(memory.Used),8} used, {Mib(memory.Buffers + memory.Cache),8} buff/cache\n");
        text.Append(CultureInfo.InvariantCulture, $"MiB Swap: {Mib(memory.SwapTotal),8} total, {Mib(memory.SwapFree),8} free, {Mib(memory.SwapUsed),8} used. {Mib(memory.Available),8} avail Mem\n\n");
        text.Append(Columns);
        foreach (Process process in machine.Processes.OrderByDescending(process => process.ResidentPages.Value).ThenBy(process => process.Pid))
            AppendRow(text, process, memory.Total);
        return text.ToString();
    }

    /// <summary>A size in KiB in at most seven characters.</summary>
    public static string Size(ulong kib)
    {
        string plain = kib.ToString(CultureInfo.InvariantCulture);
        if (plain.Length <= SizeWidth)
            return plain;
        decimal value = kib;
        foreach (char unit in "mgt")
        {
            value /= 1024;
            string scaled = value.ToString("0.0", CultureInfo.InvariantCulture) + unit;
            if (scaled.Length <= SizeWidth)
                return scaled;
        }

        return (value / 1024).ToString("0.0", CultureInfo.InvariantCulture) + "p";
    }

    private static void AppendRow(StringBuilder text, Process process, ulong total)
    {
        TaskInfo task = process.Task;
        ulong resident = MemoryFigures.Kib(process.ResidentPages.Value);
        ulong shared = MemoryFigures.Kib(process.Resident.File + process.Resident.SharedMemory);
        ulong hundredths = (task.UserTime + task.SystemTime) / 10_000_000;
        string user = task.Uid == 0 ? "root" : task.Uid.ToString(CultureInfo.InvariantCulture);
        string time = string.Create(CultureInfo.InvariantCulture, $"{hundredths / 6000}:{hundredths / 100 % 60:00}.{hundredths % 100:00}");
        string percent = (resident * 100m / total).ToString("0.0", CultureInfo.InvariantCulture);
        text.Append(CultureInfo.InvariantCulture, $"{process.Pid,7} {user,-8} {20 + task.Nice,3} {task.Nice,3} ");
        text.Append(CultureInfo.InvariantCulture, $"{Size(MemoryFigures.Kib(process.VirtualPages.Value)),7} {Size(resident),6} {Size(shared),6} S ");
        text.Append(CultureInfo.InvariantCulture, $"{"0.0",5} {percent,5} {time,9} {task.Comm}\n");
    }

    private static string Uptime(ulong nanoseconds)
    {
        ulong minutes = nanoseconds / MachineClock.NanosecondsPerSecond / 60, hours = minutes / 60, days = hours / 24;
        string time = hours % 24 > 0
            ? string.Create(CultureInfo.InvariantCulture, $"{hours % 24,2}:{minutes % 60:00}")
            : string.Create(CultureInfo.InvariantCulture, $"{minutes % 60} min");
        return days == 0 ? time : string.Create(CultureInfo.InvariantCulture, $"{days} {(days == 1 ? "day" : "days")}, {time}");
    }

    private static string Mib(ulong kib) => (kib / 1024m).ToString("0.0", CultureInfo.InvariantCulture);
}
