// What the processors did since boot (struct kernel_cpustat, include/linux/kernel_stat.h, 6.18): the times of all processes, of those that have ended too.

namespace Faultline.Kernel;

/// <summary>User and system time of each processor, in simulated nanoseconds.</summary>
internal sealed class ProcessorTimes(int cpus)
{
    private readonly ulong[] _user = new ulong[cpus];
    private readonly ulong[] _system = new ulong[cpus];

    /// <summary>By processor.</summary>
    public IReadOnlyList<ulong> User => _user;

    public IReadOnlyList<ulong> System => _system;

    public ulong AllUser => Sum(_user);

    public ulong AllSystem => Sum(_system);

    public static ProcessorTimes Of(Machine machine)
    {
        int cpus = machine.Options.Cpus;
        var times = new ProcessorTimes(cpus);
        for (int cpu = 0; cpu < cpus; cpu++)
            (times._user[cpu], times._system[cpu]) = (machine.TimesOfExited._user[cpu], machine.TimesOfExited._system[cpu]);
        foreach (Process process in machine.Processes)
            times.Add(process);
        return times;
    }

    /// <summary>Times are charged to the processor that a process runs on.</summary>
    public void Add(Process process)
    {
        _user[process.Cpu] += process.Task.UserTime;
        _system[process.Cpu] += process.Task.SystemTime;
    }

    /// <summary>The kernel worked for a process that ended meanwhile.</summary>
    public void AddSystem(int cpu, ulong nanoseconds) => _system[cpu] += nanoseconds;

    private static ulong Sum(ulong[] values)
    {
        ulong sum = 0;
        foreach (ulong value in values)
            sum += value;
        return sum;
    }
}
