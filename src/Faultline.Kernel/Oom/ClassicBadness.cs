// badness() of the kernels before 2.6.36 (mm/oom_kill.c, 2.6.18 and 2.6.32): half of it is a guess at how much work would be lost. It counts
// what was mapped and not what is resident; CPU time and run time speak for a process, children and nice against it.

using System.Numerics;

namespace Faultline.Kernel;

/// <summary>The score of the 2.6 kernels; also what their /proc/PID/oom_score printed.</summary>
public static class ClassicBadness
{
    private const int CpuTimeShift = 3;
    private const int RunTimeShift = 10;

    /// <param name="process">The candidate.</param>
    /// <param name="children">Its children that have memory of their own.</param>
    /// <param name="now">Simulated nanoseconds since boot.</param>
    /// <param name="profile">2.6.18 or 2.6.32.</param>
    /// <returns>No unit; 0 for init and for an oom_adj of −17.</returns>
    public static ulong Points(Process process, IEnumerable<Process> children, ulong now, OomProfile profile)
    {
        TaskInfo task = process.Task;
        if (process.Pid == 1 || task.Oom.Legacy == OomAdjustment.Disable)
            return 0;
        ulong points = process.VirtualPages.Value;
        foreach (Process child in children)
            points += (child.VirtualPages.Value / 2) + 1;
        points = ForTimes(points, task, now);
        if (task.Nice > 0)
            points *= 2;
        Capabilities administrator = Capabilities.SysAdmin | (profile == OomProfile.Linux2_6_32 ? Capabilities.SysResource : 0);
        if (task.Uid == 0 || (task.Capabilities & administrator) != 0)
            points /= 4;
        if ((task.Capabilities & Capabilities.SysRawIo) != 0)
            points /= 4;
        return Shifted(points, task.Oom.Legacy, profile);
    }

    /// <summary>CPU time counts in units of 8 seconds, run time in units of 1024: divided by their square and fourth root.</summary>
    private static ulong ForTimes(ulong points, TaskInfo task, ulong now)
    {
        ulong cpu = SquareRoot(Seconds(task.UserTime + task.SystemTime) >> CpuTimeShift);
        ulong run = SquareRoot(SquareRoot(Seconds(now - task.StartTime) >> RunTimeShift));
        points = cpu > 0 ? points / cpu : points;
        return run > 0 ? points / run : points;
    }

    private static ulong Shifted(ulong points, int adjustment, OomProfile profile)
    {
        if (adjustment < 0)
            return points >> -adjustment;
        if (adjustment > 0 && points == 0 && profile == OomProfile.Linux2_6_32)
            points = 1;
        int room = BitOperations.LeadingZeroCount(points);
        return adjustment <= room ? points << adjustment : ulong.MaxValue;
    }

    private static ulong Seconds(ulong nanoseconds) => nanoseconds / MachineClock.NanosecondsPerSecond;

    /// <summary>int_sqrt: rounded down. Values here are far below 2^52, where double is exact enough.</summary>
    private static ulong SquareRoot(ulong value)
    {
        ulong root = (ulong)Math.Sqrt(value);
        while (root * root > value)
            root--;
        while ((root + 1) * (root + 1) <= value)
            root++;
        return root;
    }
}
