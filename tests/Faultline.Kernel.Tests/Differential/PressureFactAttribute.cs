namespace Faultline.Kernel.Tests;

/// <summary>A test that needs root, swap and memory cgroups of the kernel that the model describes.</summary>
public sealed class PressureFactAttribute : FactAttribute
{
    public PressureFactAttribute()
    {
        Skip = new RealKernelFactAttribute().Skip;
        if (Skip == null && PressureHost.WhyNot is { } reason)
            Skip = $"SKIPPED: {reason}, so the model cannot be held against the real kernel under pressure";
    }
}
