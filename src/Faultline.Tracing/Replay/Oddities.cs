namespace Faultline.Tracing.Replay;

/// <summary>What a trace says that does not fit together, counted: a replay goes on, and the report says how often.</summary>
internal sealed class Oddities
{
    public ulong ImpliedFrees;
    public ulong UnknownFrees;
    public ulong UnknownReallocs;
    public ulong UnknownTouches;
    public ulong UnknownMappings;
    public ulong UnexpectedSuccesses;
    public ulong ForeignCalls;

    /// <summary>One sentence for each kind that was met.</summary>
    public IEnumerable<string> Sentences()
    {
        if (ImpliedFrees > 0)
            yield return Count(ImpliedFrees, "block", "handed out at the address of one that was never freed: the older one was freed first");
        if (UnknownFrees > 0)
            yield return Count(UnknownFrees, "free", "of an address where no block lives, left out");
        if (UnknownReallocs > 0)
            yield return Count(UnknownReallocs, "realloc", "of an address where no block lives, taken for malloc");
        if (UnknownTouches > 0)
            yield return Count(UnknownTouches, "touch", "of an address where no block lives, left out", "touches");
        if (UnknownMappings > 0)
            yield return Count(UnknownMappings, "munmap, mremap or madvise", "of a place where no mapping of the program is, left out", "munmap, mremap or madvise calls");
        if (UnexpectedSuccesses > 0)
            yield return Count(UnexpectedSuccesses, "request", "that failed in the trace and not in the replay: the block was freed at once");
        if (ForeignCalls > 0)
            yield return Count(ForeignCalls, "call", "on blocks of another allocator, left out");
    }

    private static string Count(ulong number, string one, string rest, string? many = null)
        => FormattableString.Invariant($"{number:N0} {(number == 1 ? one : many ?? one + "s")} {rest}");
}
