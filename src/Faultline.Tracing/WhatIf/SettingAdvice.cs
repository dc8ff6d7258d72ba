using Faultline.Kernel;
using Faultline.Libc;

namespace Faultline.Tracing.WhatIf;

// How to get what a row had. Malloc's settings are read from GLIBC_TUNABLES before main (all of them; the older MALLOC_*_ variables
// know only some). Huge pages are the kernel's, for the whole machine; a process can only refuse them for itself.

/// <summary>What to set to run the program under a row's settings.</summary>
/// <param name="Variables">"NAME=VALUE", for the environment; null where the environment needs nothing.</param>
/// <param name="Machine">One sentence each: what is not the environment's to set.</param>
public sealed record SettingAdvice(string? Variables, IReadOnlyList<string> Machine)
{
    public static SettingAdvice For(WhatIfRow row, WhatIfRow baseline)
    {
        MallocTunables tunables = MallocTunables.Parse(row.Tunables);
        IEnumerable<string> settings = WhatIfSetting.All.Where(setting => setting.Read?.Invoke(tunables) != null)
            .Select(setting => FormattableString.Invariant($"{setting.Tunable}={setting.Read!(tunables)}"));
        string joined = string.Join(':', settings);
        return new(
            joined.Length == 0 ? null : $"GLIBC_TUNABLES={joined}",
            [.. Ranking.Changes(row, baseline).Select(ForMachine).OfType<string>()]);
    }

    private static string? ForMachine(SettingValue value)
        => value.Setting == WhatIfSetting.Thp ? ForHugePages((ThpPolicy)value.Number!)
        : value.Setting == WhatIfSetting.Cpus ? $"{value}: malloc counts the processors that are online; that is the machine's to set, not the program's"
        : value.Setting == WhatIfSetting.Libc ? $"{value}: the C library is the system's or the container image's, not the program's to set"
        : value.Setting == WhatIfSetting.Ram ? $"{value}: memory is the machine's to have, not the program's to set"
        : null;

    private static string ForHugePages(ThpPolicy policy) => policy switch
    {
        ThpPolicy.Never => "thp=never: for one program, prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0) before it allocates (its children inherit it); "
            + "for the machine, as root: echo never > /sys/kernel/mm/transparent_hugepage/enabled",
        ThpPolicy.MadviseOnly => "thp=madvise: no variable sets it; for the machine, as root: "
            + "echo madvise > /sys/kernel/mm/transparent_hugepage/enabled",
        _ => "thp=always: for the machine, as root: echo always > /sys/kernel/mm/transparent_hugepage/enabled. glibc.malloc.hugetlb=1 in "
            + "GLIBC_TUNABLES asks for huge pages (madvise) for malloc's memory alone; it is not modelled, so the figures above are not its",
    };
}
