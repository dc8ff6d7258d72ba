using Faultline.Libc;
using Faultline.Tracing.Text;

namespace Faultline.Tool.Verifying;

/// <summary>One trace held against the real library. <see cref="Failure"/>: it could not be replayed there.</summary>
internal sealed record TraceRow(string Name, int Operations, Difference? Difference, string? Failure)
{
    public bool Same => Difference == null && Failure == null;

    public string Outcome => Failure ?? Difference?.ToString() ?? "identical";
}

/// <summary>All that was compared in one run of the verb.</summary>
internal sealed record Verification(HostProfile Host, IReadOnlyList<TraceRow> Traces, IReadOnlyList<ProbeRow> Probes)
{
    public bool Same => Traces.All(t => t.Same) && Probes.All(p => p.Same);

    /// <summary>Replays one trace on both sides, at the same time.</summary>
    public static TraceRow Compare(string name, TextTrace trace, RealReplay real, LibcProfile profile)
    {
        Task<string[]> theirs = Task.Run(() => real.Transcribe(trace));
        string[] ours = TranscriptComparison.Model(trace, profile);
        try
        {
            return new TraceRow(name, trace.Operations.Length, TranscriptComparison.First(ours, theirs.GetAwaiter().GetResult()), null);
        }
        catch (ReplayFailedException e)
        {
            return new TraceRow(name, trace.Operations.Length, null, $"cannot be replayed on the real library: {e.Message}");
        }
    }
}
