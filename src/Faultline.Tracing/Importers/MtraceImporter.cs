using System.Globalization;
using System.Text;
using Faultline.Tracing.Events;
using Faultline.Tracing.Session;

namespace Faultline.Tracing.Importers;

// What mtrace(3) of glibc writes to the file that MALLOC_TRACE names:
//
//   = Start                                    = End
//   @ ./app:(make+0x18)[0x1211] + 0x55e0 0x64  malloc, calloc, memalign …: block, bytes; block (nil) when refused
//   @ ./app:[0x12ef] - 0x55e0                  free
//   @ ./app:[0x1314] < 0x55e0                  realloc: block before …
//   @ ./app:[0x1314] > 0x55f0 0xc8             … and after, on the next line
//   @ ./app:[0x1370] ! 0x55e0 0xffff           realloc refused
//
// The caller is module:(function+offset)[address], without the middle part where there are no symbols, and may be missing.

/// <summary>Reads mtrace(3)'s output. Addresses are true; there are no times, threads or touches, and calloc looks like malloc.</summary>
internal sealed class MtraceImporter : LineImporter
{
    private readonly SiteCollector _sites = new();
    private readonly Dictionary<string, int> _callers = [];
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _callersBySpan;
    private readonly List<string> _notes = ["mtrace tells neither threads nor times, and takes calloc and memalign for malloc"];
    private ulong _order;
    private ulong _reallocated;
    private bool _inReallocation;
    private bool _inTrace;

    /// <exception cref="TraceFormatException">The first line is not one of mtrace's.</exception>
    public MtraceImporter(Stream stream, string name)
        : base(stream)
    {
        _callersBySpan = _callers.GetAlternateLookup<ReadOnlySpan<char>>();
        ReadHead();
        if (Damage is { } damage && _order == 0 && !_inTrace)
            throw new TraceFormatException($"{name}: {damage}");
    }

    public override TraceMetadata Metadata { get; } = new() { Source = "mtrace", Clock = TraceClock.Order };

    public override SiteTable Sites => _sites.Table;

    public override IReadOnlyList<string> Notes => _notes;

    protected override string? Take(ReadOnlySpan<byte> line, ref TraceEvent e)
    {
        if (line.SequenceEqual("= Start"u8) || line.SequenceEqual("= End"u8))
        {
            _inTrace = line[2] == 'S';
            return _inReallocation ? "a realloc's second half is missing" : null;
        }

        // From the right: the path of the caller's module may hold blanks.
        ReadOnlySpan<byte> rest = line;
        ReadOnlySpan<byte> last = CutLast(ref rest);
        ReadOnlySpan<byte> middle = CutLast(ref rest);
        if (middle.Length == 1 && middle[0] is (byte)'-' or (byte)'<')
            return TakeOne((char)middle[0], last, rest, ref e);
        ReadOnlySpan<byte> operation = CutLast(ref rest);
        return operation.Length == 1 && operation[0] is (byte)'+' or (byte)'>' or (byte)'!'
            ? TakeTwo((char)operation[0], middle, last, rest, ref e) : "not a line of mtrace's";
    }

    protected override string? Finish()
    {
        if (_inReallocation)
            return "a realloc's second half is missing";
        if (_inTrace)
            _notes.Add("the trace has no '= End': the program ended without muntrace(), or was killed");
        return null;
    }

    private string? TakeOne(char operation, ReadOnlySpan<byte> pointer, ReadOnlySpan<byte> caller, ref TraceEvent e)
    {
        if (!TryPointer(pointer, out ulong block))
            return "no address where one should be";
        if (_inReallocation)
            return "a realloc's second half is missing";
        if (operation == '<')
        {
            _inReallocation = true;
            _reallocated = block;
            return null;
        }

        e = Event(TraceEventKind.Free, caller, "free");
        e.Address = block;
        return null;
    }

    private string? TakeTwo(char operation, ReadOnlySpan<byte> pointer, ReadOnlySpan<byte> size, ReadOnlySpan<byte> caller, ref TraceEvent e)
    {
        if (!TryPointer(pointer, out ulong block) || !TryPointer(size, out ulong bytes))
            return "no address and size where they should be";
        if (_inReallocation != (operation == '>'))
            return operation == '>' ? "a realloc's first half is missing" : "a realloc's second half is missing";
        e = operation == '+' ? Event(TraceEventKind.Malloc, caller, "malloc") : Event(TraceEventKind.Realloc, caller, "realloc");
        e.Size = bytes;
        e.Address = operation == '!' ? 0 : block;
        e.OldAddress = operation switch { '!' => block, '>' => _reallocated, _ => 0 };
        e.Flags = e.Address == 0 ? TraceEventFlags.Failed : TraceEventFlags.None;
        _inReallocation = false;
        return null;
    }

    private TraceEvent Event(TraceEventKind kind, ReadOnlySpan<byte> caller, string api)
        => new() { Kind = kind, Site = SiteOf(caller, api), Time = _order++ };

    private int SiteOf(ReadOnlySpan<byte> caller, string api)
    {
        Span<char> text = stackalloc char[512];
        if (!caller.StartsWith("@ "u8) || caller.Length > text.Length)
            return 0;
        text = text[..Encoding.Latin1.GetChars(caller[2..], text)];
        if (!_callersBySpan.TryGetValue(text, out int id))
            _callers.Add(text.ToString(), id = _sites.IdOf(MtraceCaller.Parse(text.ToString(), api)));
        return id;
    }

    /// <summary>"0x55e0", or "(nil)" for none.</summary>
    private static bool TryPointer(ReadOnlySpan<byte> text, out ulong value)
    {
        value = 0;
        if (text.SequenceEqual("(nil)"u8) || text.SequenceEqual("0"u8))
            return true;
        return text.StartsWith("0x"u8) && ulong.TryParse(text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>Takes the last word off.</summary>
    private static ReadOnlySpan<byte> CutLast(ref ReadOnlySpan<byte> rest)
    {
        int blank = rest.LastIndexOf((byte)' ');
        ReadOnlySpan<byte> word = rest[(blank + 1)..];
        rest = rest[..Math.Max(0, blank)];
        return word;
    }
}
