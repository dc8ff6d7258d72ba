namespace Faultline.Weaver;

/// <summary>Where the weaver finds the shim and keeps its copies.</summary>
public sealed record WeaverOptions
{
    /// <summary>Folder that holds Faultline.Shim.dll, Faultline.Libc.dll, Faultline.Kernel.dll and Faultline.Tracing.dll.</summary>
    public required string ShimFolder { get; init; }

    /// <summary>Folder for rewritten files and shadow copies; null means $XDG_CACHE_HOME/faultline, or ~/.cache/faultline.</summary>
    public string? CacheFolder { get; init; }

    /// <summary>The cache's size in bytes above which the entries that were used longest ago are removed.</summary>
    public long CacheLimitBytes { get; init; } = 2L << 30;
}
