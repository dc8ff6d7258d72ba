namespace Faultline.Tracing.Text;

/// <summary>A text trace in memory.</summary>
public sealed class TextTrace
{
    /// <summary>In the order of the file; the index is the operation's number in a transcript.</summary>
    public required TraceOperation[] Operations { get; init; }

    /// <summary>Block numbers lie below this.</summary>
    public required int BlockCount { get; init; }

    /// <summary>Lines name their thread.</summary>
    public required bool IsMultiThreaded { get; init; }

    /// <summary>Highest thread number.</summary>
    public required int LastThread { get; init; }

    /// <summary>"#!brk_limit N": the break may not pass the heap's start + N bytes; 0: no limit.</summary>
    public required ulong BrkLimit { get; init; }

    /// <summary>"#!tunable NAME=VALUE" lines, joined by ':' as in GLIBC_TUNABLES.</summary>
    public required string Tunables { get; init; }
}
