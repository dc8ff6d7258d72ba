using Faultline.Tracing.Text;

namespace Faultline.Tracing.Generation;

/// <summary>
/// Makes a trace that shows a fault as short as it gets by leaving operations out: first large pieces, then smaller ones, down
/// to one (delta debugging, Zeller and Hildebrandt 2002). Operations that make no sense without those left out go with them.
/// </summary>
public static class TraceShrinker
{
    /// <param name="trace">Shows the fault.</param>
    /// <param name="stillFails">Whether a shorter, valid trace shows it too; called at most <paramref name="attempts"/> times.</param>
    /// <param name="attempts">How much may be tried.</param>
    public static TextTrace Shrink(TextTrace trace, Func<TextTrace, bool> stillFails, int attempts = 2000)
    {
        for (int piece = Math.Max(1, trace.Operations.Length / 2); ;)
        {
            bool shorter = false;
            // From the end: what comes after the fault matters least, and frees go before their allocations.
            for (int start = trace.Operations.Length - piece; start > -piece && attempts > 0; start -= piece)
            {
                TextTrace? candidate = Without(trace, Math.Max(0, start), Math.Min(start + piece, trace.Operations.Length));
                if (candidate == null)
                    continue;
                attempts--;
                if (!stillFails(candidate))
                    continue;
                trace = candidate;
                start = Math.Min(start, trace.Operations.Length);
                shorter = true;
            }

            if (attempts == 0 || (piece == 1 && !shorter))
                return trace;
            if (!shorter || piece > trace.Operations.Length)
                piece = Math.Max(1, Math.Min(piece, trace.Operations.Length) / 2);
        }
    }

    /// <summary>The trace without operations <paramref name="start"/> to <paramref name="end"/> (exclusive) and what depends on them; null if nothing is left.</summary>
    private static TextTrace? Without(TextTrace trace, int start, int end)
    {
        TraceChecks checks = new();
        List<TraceOperation> kept = new(trace.Operations.Length);
        for (int i = 0; i < trace.Operations.Length; i++)
            if ((i < start || i >= end) && checks.Check(trace.Operations[i]) == null)
                kept.Add(trace.Operations[i]);
        return kept.Count == 0 ? null : new TextTrace
        {
            Operations = [.. kept],
            BlockCount = checks.BlockCount,
            IsMultiThreaded = trace.IsMultiThreaded,
            LastThread = checks.LastThread,
            BrkLimit = trace.BrkLimit,
            Tunables = trace.Tunables,
        };
    }
}
