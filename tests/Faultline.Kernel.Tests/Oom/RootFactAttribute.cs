namespace Faultline.Kernel.Tests;

/// <summary>A test that writes to files that are root's.</summary>
public sealed class RootFactAttribute : FactAttribute
{
    public RootFactAttribute()
    {
        if (Environment.UserName != "root" || !File.Exists("/proc/self/oom_score_adj"))
            Skip = "SKIPPED: only root on Linux may lower an oom_score_adj";
    }
}
