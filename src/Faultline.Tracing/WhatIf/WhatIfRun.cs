using System.Runtime.ExceptionServices;
using Faultline.Tracing.Events;
using Faultline.Tracing.Replay;

namespace Faultline.Tracing.WhatIf;

/// <summary>A comparison: the rows in the plan's order, the trace's own settings first.</summary>
/// <param name="Rows">At least one.</param>
/// <param name="Baseline">The whole result under the trace's own settings, which tells what is known of the trace.</param>
public sealed record WhatIfResult(IReadOnlyList<WhatIfRow> Rows, ReplayResult Baseline);

/// <summary>Replays a trace once for each combination of a plan, several at the same time. The result does not depend on how many.</summary>
public static class WhatIfRun
{
    /// <param name="plan">What to replay under.</param>
    /// <param name="open">Opens the trace anew for each replay; called from several threads.</param>
    /// <param name="jobs">Replays at the same time, at least 1.</param>
    /// <param name="replayed">Told events replayed since it was last called, and whether a replay is done; called from several threads.</param>
    /// <exception cref="OutOfMemoryException">The host refuses the model's tables.</exception>
    public static WhatIfResult Run(WhatIfPlan plan, Func<ITraceSource> open, int jobs, Action<ulong, bool>? replayed = null)
    {
        WhatIfRow[] rows = new WhatIfRow[plan.Combinations.Count];
        ReplayResult? baseline = null;
        BlockTouches? seen;
        using (ITraceSource source = open())
            seen = BlockTouches.Read(source);
        void Replay(int index)
        {
            Combination combination = plan.Combinations[index];
            ReplayResult result = Once(combination, combination.IsBaseline ? null : seen);
            // Threads come in another order than they came: even under its own settings the program's blocks lie elsewhere.
            if (combination.IsBaseline && seen != null && !result.IsFaithful)
                result = Once(combination, seen);
            rows[index] = WhatIfRow.Of(combination, result);
            if (combination.IsBaseline)
                baseline = result;
            replayed?.Invoke(0, true);
        }

        ReplayResult Once(Combination combination, BlockTouches? touches)
        {
            using ITraceSource source = open();
            ulong told = 0;
            return TraceReplay.Run(source, combination.Options, events =>
            {
                replayed?.Invoke(events - told, false);
                told = events;
            }, touches);
        }

        try
        {
            Parallel.For(0, rows.Length, new ParallelOptions { MaxDegreeOfParallelism = jobs }, Replay);
        }
        catch (AggregateException several)
        {
            ExceptionDispatchInfo.Throw(several.InnerExceptions[0]);
        }

        // A baseline whose blocks lie where they lay is replayed as it was seen; the other rows are not.
        if (seen != null && rows.Length > 1 && !baseline!.Notes.Contains(TraceReplay.SeenLate))
            baseline = baseline with { Notes = [.. baseline.Notes, TraceReplay.SeenLate] };
        return new WhatIfResult(rows, baseline!);
    }
}
