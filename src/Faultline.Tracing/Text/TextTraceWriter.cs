namespace Faultline.Tracing.Text;

/// <summary>Writes a trace in the format that <see cref="TextTraceReader"/> reads.</summary>
public static class TextTraceWriter
{
    public static void Write(TextTrace trace, TextWriter writer)
    {
        if (trace.BrkLimit != 0)
            writer.Write($"#!brk_limit {trace.BrkLimit}\n");
        foreach (string tunable in trace.Tunables.Split(':', StringSplitOptions.RemoveEmptyEntries))
            writer.Write($"#!tunable {tunable}\n");
        foreach (TraceOperation operation in trace.Operations)
            writer.Write($"{(trace.IsMultiThreaded ? $"T{operation.Thread} " : "")}{Line(operation)}\n");
    }

    /// <summary>One operation without its thread.</summary>
    private static string Line(in TraceOperation o) => o.Action switch
    {
        TraceAction.Malloc => $"a {o.Block} {o.A}",
        TraceAction.Calloc => $"c {o.Block} {o.A} {o.B}",
        TraceAction.Realloc => $"r {o.Block} {o.A}",
        TraceAction.Memalign => $"m {o.Block} {o.A} {o.B}",
        TraceAction.Free => $"f {o.Block}",
        TraceAction.TouchWrite => $"t {o.Block} {o.A} {o.B}",
        TraceAction.TouchRead => $"R {o.Block} {o.A} {o.B}",
        TraceAction.Trim => "x",
        TraceAction.Info => "i",
        TraceAction.MoveBreak => $"b {(long)o.A}",
        TraceAction.Mallopt => $"o {(int)o.A} {(int)o.B}",
        TraceAction.Spawn => $"spawn {o.Block}",
        TraceAction.Exit => "exit",
        TraceAction.Join => $"join {o.Block}",
        _ => throw new ArgumentOutOfRangeException(nameof(o), o.Action, "no operation of a text trace"),
    };
}
