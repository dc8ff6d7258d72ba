// vmstat(8) of procps 4: one line, averages since boot.

using System.Globalization;

namespace Faultline.Kernel;

/// <summary>Processes, memory in KiB, swap and block input and output in KiB a second, processor time in per cent.</summary>
public static class VmstatView
{
    public const string Head =
        "procs -----------memory---------- ---swap-- -----io---- -system-- ------cpu-----\n"
        + " r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs us sy id wa st\n";

    /// <summary>Heading and the line.</summary>
    public static string Text(Machine machine) => Head + Line(machine);

    public static string Line(Machine machine)
    {
        MemoryFigures memory = MemoryFigures.Of(machine);
        VmStat stat = machine.Stat;
        var times = ProcessorTimes.Of(machine);
        ulong user = MachineClock.Ticks(times.AllUser), system = MachineClock.Ticks(times.AllSystem), busy = user + system;
        // Where no time has passed, one tick counts as idle, as in vmstat.
        ulong idle = MachineClock.Ticks(machine.Clock.Idle);
        idle += busy + idle == 0 ? 1UL : 0;
        // Rates are taken over the time of all processors together, as vmstat does: with two of them they are half of what a clock would say.
        var since = new Ticks(busy + idle);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{0,2} {0,2} {memory.SwapUsed,6} {memory.Free,6} {memory.Buffers,6} {memory.Cache,6} "
            + $"{since.Rate(MemoryFigures.Kib(stat[VmEvent.pswpin])),4} {since.Rate(MemoryFigures.Kib(stat[VmEvent.pswpout])),4} "
            + $"{since.Rate(stat[VmEvent.pgpgin]),5} {since.Rate(stat[VmEvent.pgpgout]),5} {0,4} {0,4} "
            + $"{since.Percent(user),2} {since.Percent(system),2} {since.Percent(idle),2} {0,2} {0,2}\n");
    }

    private readonly record struct Ticks(ulong Total)
    {
        public ulong Rate(ulong amount) => ((amount * MachineClock.TicksPerSecond) + (Total / 2)) / Total;

        public ulong Percent(ulong part) => ((part * 100) + (Total / 2)) / Total;
    }
}
