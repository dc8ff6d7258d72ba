namespace Faultline.Kernel;

/// <summary>Which kernel's idea of the worst process is used.</summary>
public enum OomProfile
{
    /// <summary>mm/oom_kill.c oom_badness, 5.9 and later: what it occupies, in RAM, in swap and in page tables, plus its oom_score_adj.</summary>
    Modern = 0,

    /// <summary>mm/oom_kill.c badness of 2.6.18: what it mapped, less for long CPU and run time, shifted by oom_adj.</summary>
    Linux2_6_18 = 1,

    /// <summary>As of 2.6.32: also CAP_SYS_RESOURCE counts as an administrator's, and a positive oom_adj raises even a score of 0.</summary>
    Linux2_6_32 = 2,
}
