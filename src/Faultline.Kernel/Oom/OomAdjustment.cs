// The two knobs of the OOM killer (fs/proc/base.c oom_adj_write, __set_oom_adj, oom_adj_read, 6.18): oom_score_adj, −1000 to 1000, and
// the older oom_adj, −17 to 15. Each is a view of the other; what was written last is kept to the letter.

namespace Faultline.Kernel;

/// <summary>How much more or less than others a process is a candidate.</summary>
public sealed class OomAdjustment
{
    /// <summary>oom_adj: never kill.</summary>
    public const int Disable = -17;
    public const int AdjustMin = -16;
    public const int AdjustMax = 15;

    /// <summary>oom_score_adj: never kill.</summary>
    public const int ScoreMin = -1000;
    public const int ScoreMax = 1000;

    /// <summary>oom_score_adj.</summary>
    public int Score { get; private set; }

    /// <summary>oom_adj.</summary>
    public int Legacy { get; private set; }

    /// <summary>Below this only CAP_SYS_RESOURCE may go: what was last written with that capability.</summary>
    public int ScoreFloor { get; private set; }

    /// <summary>oom_adj → oom_score_adj; truncating, but 15 is 1000.</summary>
    public static int ScoreOf(int legacy) => legacy == AdjustMax ? ScoreMax : legacy * ScoreMax / -Disable;

    /// <summary>oom_score_adj → oom_adj, as it is read back.</summary>
    public static int LegacyOf(int score) => score == ScoreMax ? AdjustMax : Math.Min(score * -Disable / ScoreMax, AdjustMax);

    /// <summary>A write to oom_score_adj. EINVAL out of range; EACCES where a process without the right goes below the floor.</summary>
    public Errno WriteScore(int score, bool mayLower)
    {
        if (score is < ScoreMin or > ScoreMax)
            return Errno.EINVAL;
        if (score < ScoreFloor && !mayLower)
            return Errno.EACCES;
        Score = score;
        Legacy = LegacyOf(score);
        if (mayLower)
            ScoreFloor = score;
        return Errno.None;
    }

    /// <summary>A write to oom_adj. EINVAL out of range; EACCES where a process without the right lowers it.</summary>
    public Errno WriteLegacy(int legacy, bool mayLower)
    {
        if (legacy is < AdjustMin or > AdjustMax && legacy != Disable)
            return Errno.EINVAL;
        int score = ScoreOf(legacy);
        if (score < Score && !mayLower)
            return Errno.EACCES;
        Score = score;
        Legacy = legacy;
        return Errno.None;
    }

    internal void InheritFrom(OomAdjustment parent) => (Score, Legacy, ScoreFloor) = (parent.Score, parent.Legacy, parent.ScoreFloor);
}
