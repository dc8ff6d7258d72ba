// oom_badness (mm/oom_kill.c) and /proc/PID/oom_score (fs/proc/base.c proc_oom_score), 6.18.

namespace Faultline.Kernel;

/// <summary>What a process occupies, moved by its oom_score_adj in thousandths of all memory.</summary>
public static class ModernBadness
{
    /// <summary>The badness of a process that must not be killed (LONG_MIN).</summary>
    public const long Never = long.MinValue;

    /// <param name="process">The candidate.</param>
    /// <param name="totalPages">RAM and swap, or the limit of the cgroup that ran out, in pages.</param>
    /// <returns>Pages; may be negative. <see cref="Never"/> for init and at an oom_score_adj of −1000.</returns>
    public static long Points(Process process, ulong totalPages)
    {
        int adjustment = process.Task.Oom.Score;
        if (process.Pid == 1 || adjustment == OomAdjustment.ScoreMin)
            return Never;
        ulong occupied = process.ResidentPages.Value + process.Resident.Swapped + process.PageTablePages.Value;
        return (long)occupied + (adjustment * (long)(totalPages / 1000));
    }

    /// <summary>/proc/PID/oom_score, 0 to 2000: 666 is a small process that nobody adjusted.</summary>
    public static long Score(Process process, ulong totalPages) => ScoreOf(Points(process, totalPages), totalPages);

    internal static long ScoreOf(long points, ulong totalPages) =>
        points == Never ? 0 : (1000 + (points * 1000 / (long)totalPages)) * 2 / 3;
}
