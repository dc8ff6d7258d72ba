namespace Faultline.Kernel;

/// <summary>
/// The machine's counters: the one table of them. Each member is spelled as /proc/vmstat spells it (mm/vmstat.c
/// vmstat_text, 6.18), so that the name printed is the name used.
/// </summary>
public enum VmEvent
{
    pgfault,
    pgmajfault,
    pgreuse,
}

/// <summary>The values of the counters of one machine.</summary>
public sealed class VmStat
{
    private readonly ulong[] _values = new ulong[Enum.GetValues<VmEvent>().Length];

    public ref ulong this[VmEvent counter] => ref _values[(int)counter];
}
