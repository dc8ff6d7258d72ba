using Faultline.Tracing.Events;
using Faultline.Tracing.Session;
using Faultline.Tracing.Text;

namespace Faultline.Tracing.Importers;

/// <summary>
/// Text traces as events. Their blocks have numbers: addresses are made up from them, 16 × (number + 1), those of a thread's DTV
/// far above. No call sites, no times.
/// </summary>
internal sealed class TextImporter : ITraceSource
{
    /// <summary>No system grants such a request, and a trace that asks for it goes on as if it had failed.</summary>
    private const ulong MustFail = 1UL << 60;
    private const ulong DtvAddresses = 1UL << 40;

    private readonly TextReader _reader;
    private readonly TextTraceParser _parser;
    private readonly List<bool> _live = [];
    private TraceOperation _next;
    private bool _hasNext;
    private ulong _order;

    /// <exception cref="TraceFormatException">Not even the first operation can be read.</exception>
    public TextImporter(TextReader reader, string name)
    {
        _reader = reader;
        _parser = new TextTraceParser(reader, name);
        _hasNext = TryNext();
        if (!_hasNext)
            throw new TraceFormatException($"{name}: {Damage?.ToString() ?? "no operation in it"}");
    }

    public TraceMetadata Metadata => new()
    {
        Source = "text", Clock = TraceClock.Order, Touches = TouchKnowledge.Declared, TrueAddresses = false,
        Tunables = _parser.Tunables, HeapRoom = _parser.BrkLimit,
    };

    public SiteTable Sites => SiteTable.Empty;

    public TraceDamage? Damage { get; private set; }

    public IReadOnlyList<string> Notes => [];

    public int Read(Span<TraceEvent> events)
    {
        int count = 0;
        for (; count < events.Length && _hasNext; _hasNext = TryNext())
            events[count++] = ToEvent(_next);
        return count;
    }

    public void Dispose() => _reader.Dispose();

    private bool TryNext()
    {
        try
        {
            return _parser.TryReadNext(out _next);
        }
        catch (TraceFormatException e)
        {
            Damage = TraceDamage.AtLine(_parser.Line, _parser.Complaint ?? e.Message);
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            Damage = TraceDamage.AtLine(_parser.Line + 1, $"the file cannot be read on: {e.Message}");
        }

        return false;
    }

    private TraceEvent ToEvent(in TraceOperation o)
    {
        TraceEvent e = o.Action switch
        {
            TraceAction.Malloc => Block(TraceEventKind.Malloc, o, o.A, 0, o.A),
            TraceAction.Calloc => Block(TraceEventKind.Calloc, o, o.B, o.A, o.A * o.B),
            TraceAction.Memalign => Block(TraceEventKind.Memalign, o, o.B, o.A, o.B),
            TraceAction.Realloc => Realloc(o),
            TraceAction.Free => Free(o),
            TraceAction.TouchWrite => Touch(TraceEventKind.Write, o),
            TraceAction.TouchRead => Touch(TraceEventKind.Read, o),
            TraceAction.Trim => new TraceEvent { Kind = TraceEventKind.Trim },
            TraceAction.Info => new TraceEvent { Kind = TraceEventKind.MallInfo },
            TraceAction.MoveBreak => new TraceEvent { Kind = TraceEventKind.Sbrk, Size = o.A },
            TraceAction.Mallopt => new TraceEvent { Kind = TraceEventKind.Mallopt, Argument = (uint)o.A, Size = (ulong)(int)o.B },
            TraceAction.Spawn => Thread(TraceEventKind.ThreadStart, o),
            TraceAction.Join => Thread(TraceEventKind.ThreadJoin, o),
            TraceAction.Exit => new TraceEvent { Kind = TraceEventKind.ThreadExit },
            _ => throw new InvalidOperationException($"the text parser gave the action {o.Action}"),
        };
        e.Thread = o.Thread;
        e.Time = _order++;
        return e;
    }

    private TraceEvent Block(TraceEventKind kind, in TraceOperation o, ulong size, ulong second, ulong bytes)
    {
        bool failed = bytes >= MustFail;
        SetLive(o.Block, !failed);
        return new TraceEvent
        {
            Kind = kind, Size = size, Second = second, Address = failed ? 0 : AddressOf(o.Block),
            Flags = failed ? TraceEventFlags.Failed : TraceEventFlags.None,
        };
    }

    private TraceEvent Realloc(in TraceOperation o)
    {
        bool wasLive = o.Block < _live.Count && _live[(int)o.Block];
        bool failed = o.A >= MustFail;
        bool freed = wasLive && o.A == 0;
        if (!failed)
            SetLive(o.Block, !freed);
        return new TraceEvent
        {
            Kind = TraceEventKind.Realloc, Size = o.A, OldAddress = wasLive ? AddressOf(o.Block) : 0,
            Address = failed || freed ? 0 : AddressOf(o.Block), Flags = failed ? TraceEventFlags.Failed : TraceEventFlags.None,
        };
    }

    private TraceEvent Free(in TraceOperation o)
    {
        SetLive(o.Block, false);
        return new TraceEvent { Kind = TraceEventKind.Free, Address = AddressOf(o.Block) };
    }

    private static TraceEvent Touch(TraceEventKind kind, in TraceOperation o)
        => new() { Kind = kind, Address = AddressOf(o.Block), Second = o.A, Size = o.B };

    private static TraceEvent Thread(TraceEventKind kind, in TraceOperation o)
        => new() { Kind = kind, Argument = o.Block, Address = DtvAddresses + o.Block * 16UL };

    private void SetLive(uint block, bool live)
    {
        while (_live.Count <= block)
            _live.Add(false);
        _live[(int)block] = live;
    }

    private static ulong AddressOf(uint block) => (block + 1UL) * 16;
}
