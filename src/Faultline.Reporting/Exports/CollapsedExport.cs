using Faultline.Tracing.Stacks;

namespace Faultline.Reporting.Exports;

/// <summary>
/// Collapsed stacks as flamegraph.pl, inferno and speedscope read them: a line a stack, "outermost;…;innermost number". One metric a file; stacks with 0 of it are left out.
/// </summary>
public static class CollapsedExport
{
    public static void Write(StackPaths stacks, ExportMetric metric, TextWriter writer)
    {
        foreach (StackPath path in stacks.Paths)
        {
            long value = metric.WholeOf(path.Amounts);
            if (value == 0)
                continue;
            writer.Write(string.Join(';', path.Frames.Select(NameOf)));
            writer.Write(FormattableString.Invariant($" {value}\n"));
        }
    }

    /// <summary>The characters that separate frames and lines may not be in a name.</summary>
    private static string NameOf(StackFrameName frame)
        => string.Concat(frame.Display.Select(c => c == ';' ? ',' : char.IsControl(c) ? ' ' : c));
}
