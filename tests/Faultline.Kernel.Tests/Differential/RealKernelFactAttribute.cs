namespace Faultline.Kernel.Tests;

/// <summary>A test that needs the kernel that the model describes, and a compiler for the probe.</summary>
public sealed class RealKernelFactAttribute : FactAttribute
{
    private const string Release = "6.18.";

    public RealKernelFactAttribute()
    {
        string release = File.Exists("/proc/sys/kernel/osrelease") ? File.ReadAllText("/proc/sys/kernel/osrelease").Trim() : "unknown";
        if (!release.StartsWith(Release, StringComparison.Ordinal))
            Skip = $"SKIPPED: this machine's kernel is {release}, the model is of {Release}x";
        else if (!TestSupport.Host.HasCompiler)
            Skip = "SKIPPED: no C compiler on PATH, so the model cannot be held against the real kernel";
        else if (TestSupport.Host.WhyFaultsDiffer is { } reason)
            Skip = $"SKIPPED: {reason}";
    }
}
