namespace Faultline.Tracing.WhatIf;

/// <summary>What settings can be compared by. Less is better in each.</summary>
public enum Criterion
{
    /// <summary>Peak RSS.</summary>
    Rss,

    /// <summary>RSS at the end.</summary>
    End,
    Faults,
    Syscalls,
    Fragmentation,

    /// <summary>Estimated kernel time.</summary>
    Time,
}
