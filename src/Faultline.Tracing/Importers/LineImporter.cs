using System.Text;
using Faultline.Tracing.Events;
using Faultline.Tracing.Session;
using Faultline.Tracing.Stacks;

namespace Faultline.Tracing.Importers;

/// <summary>
/// What importers of line formats have in common: a line gives at most one event, the first line that makes no sense is
/// where the trace ends, and nothing before it is lost.
/// </summary>
internal abstract class LineImporter : ITraceSource
{
    private const int QuotedBytes = 60;

    private readonly Stream _stream;
    private TraceEvent _first;
    private bool _hasFirst;
    private bool _ended;

    protected LineImporter(Stream stream)
    {
        _stream = stream;
        Lines = new LineScanner(stream);
    }

    public abstract TraceMetadata Metadata { get; }

    public abstract SiteTable Sites { get; }

    public virtual StackTable Stacks { get; } = new();

    public TraceDamage? Damage { get; private set; }

    public abstract IReadOnlyList<string> Notes { get; }

    protected LineScanner Lines { get; }

    public int Read(Span<TraceEvent> events)
    {
        int count = 0;
        if (_hasFirst)
        {
            events[count++] = _first;
            _hasFirst = false;
        }

        while (count < events.Length && TryNext(out events[count]))
            count++;
        return count;
    }

    public void Dispose() => _stream.Dispose();

    /// <summary>Reads up to the first event, so that what stands before it (program, machine) is known. For constructors.</summary>
    protected void ReadHead() => _hasFirst = TryNext(out _first);

    /// <summary>Takes in a line. Answers what was wrong with it, or null; <paramref name="e"/> stays None when it is no event.</summary>
    protected abstract string? Take(ReadOnlySpan<byte> line, ref TraceEvent e);

    /// <summary>Called at the end of the lines: what is missing there, or null.</summary>
    protected abstract string? Finish();

    private bool TryNext(out TraceEvent e)
    {
        e = default;
        while (!_ended)
        {
            if (!Lines.TryRead(out ReadOnlySpan<byte> line))
            {
                End(Lines.Failure ?? Finish());
                return false;
            }

            string? complaint = Lines.LastLineIsOpen ? "the file ends inside a line" : Take(line, ref e);
            if (complaint != null)
                End($"{complaint}: '{Quote(line)}'");
            else if (e.Kind != TraceEventKind.None)
                return true;
        }

        return false;
    }

    private void End(string? reason)
    {
        _ended = true;
        if (reason != null)
            Damage = TraceDamage.AtLine(Lines.Line, reason);
    }

    /// <summary>The line as it can be shown: its start, without what a terminal would act on.</summary>
    private static string Quote(ReadOnlySpan<byte> line)
    {
        var text = new StringBuilder();
        foreach (byte b in line[..Math.Min(line.Length, QuotedBytes)])
            text.Append(b is >= 0x20 and < 0x7f ? (char)b : '?');
        return line.Length > QuotedBytes ? text.Append("...").ToString() : text.ToString();
    }
}
