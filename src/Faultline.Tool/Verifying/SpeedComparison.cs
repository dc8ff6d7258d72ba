using System.Diagnostics;
using Faultline.Libc;
using Faultline.Tracing.Generation;
using Faultline.Tracing.Text;
using Faultline.Tracing.Transcripts;

namespace Faultline.Tool.Verifying;

/// <summary>Nanoseconds of processor time per operation on both sides, the least of several runs of each. Null: the trace is not timed, and why.</summary>
internal sealed record SpeedRow(string Name, int Calls, int Operations, double RealCalls, double ModelCalls, double Real, double Model, string? Failure = null)
{
    public double CallsRatio => ModelCalls / RealCalls;

    public double Ratio => Model / Real;
}

/// <summary>
/// How fast the model is against the real library and kernel, each trace on both in one run. Sides take turns, and the
/// clock is that of the thread's processor time, so that what else the machine does counts little. A real run is a fresh process, a model's run a fresh machine; making either is not timed. Without touches only calls are made,
/// and counted; faults of the allocator's own headers are taken on both sides either way.
/// </summary>
internal static class SpeedComparison
{
    public const int Runs = 9;

    private const int WarmUpOperations = 5000;

    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(2);

    public static SpeedRow Compare(string name, TextTrace trace, RealReplay real, LibcProfile profile)
    {
        int calls = trace.Operations.Count(o => o.Action is not (TraceAction.TouchWrite or TraceAction.TouchRead));
        if (trace.IsMultiThreaded)
            return new(name, calls, trace.Operations.Length, 0, 0, 0, 0, "not timed: threads take turns, and handing over costs more than the calls");
        if (calls == 0)
            return new(name, 0, trace.Operations.Length, 0, 0, 0, 0, "not timed: no calls");
        try
        {
            (double realCalls, double modelCalls) = Race(trace, real, profile, touches: false);
            (double realAll, double modelAll) = Race(trace, real, profile, touches: true);
            return new(name, calls, trace.Operations.Length, realCalls / calls, modelCalls / calls, realAll / trace.Operations.Length, modelAll / trace.Operations.Length);
        }
        catch (ReplayFailedException e)
        {
            return new(name, calls, trace.Operations.Length, 0, 0, 0, 0, $"cannot be replayed on the real library: {e.Message}");
        }
    }

    /// <summary>The runtime compiles what runs often in steps: the model is measured as it runs after the last of them.</summary>
    public static void WarmUp(LibcProfile profile)
    {
        TextTrace[] traces = [.. TraceProfile.All.Where(p => !p.Threads).Select(profile => TraceGenerator.Generate(profile, 1, WarmUpOperations))];
        for (Stopwatch since = Stopwatch.StartNew(); since.Elapsed < s_warmUp;)
            foreach (TextTrace trace in traces)
                TimeModel(trace, profile, touches: since.ElapsedMilliseconds % 2 == 0);
    }

    private static (double Real, double Model) Race(TextTrace trace, RealReplay real, LibcProfile profile, bool touches)
    {
        double realBest = double.MaxValue, modelBest = double.MaxValue;
        for (int run = 0; run < Runs; run++)
        {
            realBest = Math.Min(realBest, real.Time(trace, touches));
            modelBest = Math.Min(modelBest, TimeModel(trace, profile, touches));
        }

        return (realBest, modelBest);
    }

    private static double TimeModel(TextTrace trace, LibcProfile profile, bool touches)
    {
        using BareReplay replay = new(trace, profile);
        ulong start = ThreadClock.Nanoseconds;
        replay.Run(touches);
        return ThreadClock.Nanoseconds - start;
    }
}
