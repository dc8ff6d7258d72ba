using System.Text;
using Faultline.Tracing.Events;
using Faultline.Tracing.Session;

namespace Faultline.Tracing.Importers;

// A heaptrack data file: lines of a letter and hexadecimal numbers. What heaptrack's library writes into the pipe is the raw
// form; its interpreter turns that into what users keep, heaptrack.PROGRAM.PID.zst.
//
//             interpreted                                   raw
//   v         heaptrack's version, format version           the same
//   X, I      command; page size, pages of the machine      the same
//   s         a string (format 3: its length, then it)      -
//   x, m      -                                             executable; a module and where it was mapped, "-" forgets them
//   i         address, module, then function file line …    -
//   t         instruction, calling trace                    address, calling trace
//   a         size, trace: a kind of block                  -
//   +         kind of block                                 size, trace, pointer (as in format 0)
//   -         kind of block                                 pointer
//   c, R      milliseconds since the start; resident pages  the same
//   A         attached: what was before is not in the file  the same
//   #         a comment; two at the end of an interpreted file sum it up

/// <summary>
/// Reads heaptrack data files of formats 0 to 3, interpreted and raw. Interpreted ones have no addresses: they are made up,
/// see <see cref="HeaptrackBlocks"/>.
/// </summary>
internal sealed class HeaptrackImporter : LineImporter
{
    private const int NewestFormat = 3;
    private const int FormatWithSizedStrings = 3;
    private const int FirstFormatWithKinds = 1;

    private readonly HeaptrackStacks _stacks;
    private readonly HeaptrackBlocks _blocks = new();
    private readonly List<(ulong Size, int Trace)> _kinds = [];
    private readonly string _name;
    private TraceMetadata _metadata = new() { Source = "heaptrack" };
    private int _format;
    private bool _hasVersion;
    private bool _hasSummary;
    private bool _attached;
    private ulong _milliseconds;
    private ulong _peakResidentPages;

    /// <exception cref="TraceFormatException">Not a heaptrack file, or of a format newer than is known.</exception>
    public HeaptrackImporter(Stream stream, string name, PerfMap? perfMap)
        : base(stream)
    {
        _name = name;
        _stacks = new HeaptrackStacks(perfMap);
        ReadHead();
        if (!_hasVersion)
            throw new TraceFormatException($"{name}: {Damage?.ToString() ?? "no heaptrack data in it"}");
        _metadata = _metadata with { TrueAddresses = HasPointers };
    }

    public override TraceMetadata Metadata => _metadata;

    public override SiteTable Sites => _stacks.Sites;

    public override IReadOnlyList<string> Notes => [.. WriteNotes()];

    private bool IsRaw => _stacks.RawModules != null;

    /// <summary>Events name pointers, not kinds of block.</summary>
    private bool HasPointers => IsRaw || _format < FirstFormatWithKinds;

    protected override string? Take(ReadOnlySpan<byte> line, ref TraceEvent e)
    {
        if (line.IsEmpty)
            return null;
        var fields = new LineFields(line.Length > 2 ? line[2..] : []);
        if (line.Length > 1 && line[1] != ' ' && line[0] != '#')
            return "not a line of heaptrack's";
        switch (line[0])
        {
            case (byte)'+':
                return HasPointers ? TakePointer(ref fields, ref e) : TakeKind(ref fields, ref e);
            case (byte)'-':
                return HasPointers ? TakeFreeOfPointer(ref fields, ref e) : TakeFreeOfKind(ref fields, ref e);
            case (byte)'a':
                return AddKind(ref fields);
            case (byte)'t':
                return _stacks.AddTrace(ref fields);
            case (byte)'i':
                return _stacks.AddInstruction(ref fields);
            case (byte)'c':
                return TakeTime(ref fields);
            case (byte)'#':
                _hasSummary |= line.StartsWith("# strings:"u8);
                return null;
            default:
                return TakeHead(line[0], ref fields);
        }
    }

    protected override string? Finish()
        => IsRaw || _hasSummary ? null : "the file ends without heaptrack's summary: it was cut off, or heaptrack was killed";

    private string? TakeHead(byte letter, ref LineFields fields)
    {
        switch (letter)
        {
            case (byte)'v':
                return TakeVersion(ref fields);
            case (byte)'X':
                _metadata = _metadata with { Program = Encoding.UTF8.GetString(fields.Rest) };
                return null;
            case (byte)'I':
                if (!fields.TryHex(out ulong pageSize) || !fields.TryHex(out ulong pages))
                    return "no page size and number of pages";
                _metadata = _metadata with { RamBytes = pageSize * pages };
                return null;
            case (byte)'R':
                if (!fields.TryHex(out ulong resident))
                    return "no number of pages";
                _peakResidentPages = Math.Max(_peakResidentPages, resident);
                return null;
            case (byte)'A':
                _attached = true;
                return null;
            case (byte)'S':
                return null;
            case (byte)'s':
                if (!TryText(ref fields, out string text))
                    return "a string of another length than it says";
                _stacks.AddString(text);
                return null;
            case (byte)'x' or (byte)'m':
                return TakeModule(letter, ref fields);
            default:
                return "not a line of heaptrack's";
        }
    }

    private string? TakeVersion(ref LineFields fields)
    {
        if (!fields.TryIndex(out int version))
            return "no version";
        // The first files with kinds of block had no format number of their own.
        if (!fields.TryIndex(out _format))
            _format = version == 0x010200 ? 1 : 0;
        if (_format > NewestFormat)
            throw new TraceFormatException($"{_name}: a heaptrack file of format {_format}; formats up to {NewestFormat} are known");
        _hasVersion = true;
        return null;
    }

    private string? TakeModule(byte letter, ref LineFields fields)
    {
        HeaptrackModules modules = _stacks.RawModules ??= new HeaptrackModules();
        if (!TryText(ref fields, out string name, wholeLine: letter == 'x'))
            return "no module";
        if (letter == 'x')
            modules.Executable = name;
        else if (!modules.TryAdd(name, ref fields))
            return "not a module and where it was mapped";
        return null;
    }

    /// <summary>A text after its length; in older formats the rest of the line, or up to a blank.</summary>
    private bool TryText(ref LineFields fields, out string text, bool wholeLine = true)
    {
        if (_format >= FormatWithSizedStrings)
        {
            text = "";
            return fields.TryIndex(out int length) && fields.TryText(length, out text) && (fields.AtEnd || !wholeLine);
        }

        text = Encoding.UTF8.GetString(wholeLine ? fields.Rest : fields.Word());
        return true;
    }

    private string? AddKind(ref LineFields fields)
    {
        if (!fields.TryHex(out ulong size) || !fields.TryIndex(out int trace) || !fields.AtEnd)
            return "no size and trace";
        if (!_stacks.HasTrace(trace))
            return $"trace {trace} is not there";
        _kinds.Add((size, trace));
        return null;
    }

    private string? TakeKind(ref LineFields fields, ref TraceEvent e)
    {
        if (!fields.TryIndex(out int kind) || !fields.AtEnd)
            return "no kind of block";
        if (kind >= _kinds.Count)
            return $"kind of block {kind} is not there";
        e = Allocation(_kinds[kind].Size, _kinds[kind].Trace, _blocks.Allocate(kind));
        return null;
    }

    private string? TakeFreeOfKind(ref LineFields fields, ref TraceEvent e)
    {
        if (!fields.TryIndex(out int kind) || !fields.AtEnd)
            return "no kind of block";
        if (!_blocks.TryFree(kind, out ulong address))
            return $"a block of kind {kind} is freed, none is live";
        e = Free(address);
        return null;
    }

    private string? TakePointer(ref LineFields fields, ref TraceEvent e)
    {
        if (!fields.TryHex(out ulong size) || !fields.TryIndex(out int trace) || !fields.TryHex(out ulong pointer) || !fields.AtEnd)
            return "no size, trace and pointer";
        if (!_stacks.HasTrace(trace))
            return $"trace {trace} is not there";
        e = Allocation(size, trace, pointer);
        return null;
    }

    private string? TakeFreeOfPointer(ref LineFields fields, ref TraceEvent e)
    {
        if (!fields.TryHex(out ulong pointer) || !fields.AtEnd)
            return "no pointer";
        e = Free(pointer);
        return null;
    }

    private string? TakeTime(ref LineFields fields)
    {
        if (!fields.TryHex(out ulong time) || time < _milliseconds)
            return "a time that goes back";
        _milliseconds = time;
        return null;
    }

    private TraceEvent Allocation(ulong size, int trace, ulong address) => new()
    {
        Kind = TraceEventKind.Malloc, Size = size, Address = address, Site = _stacks.SiteOf(trace), Time = _milliseconds * 1_000_000,
    };

    private TraceEvent Free(ulong address) => new() { Kind = TraceEventKind.Free, Address = address, Time = _milliseconds * 1_000_000 };

    private IEnumerable<string> WriteNotes()
    {
        yield return "heaptrack tells neither threads nor touches, and takes calloc and memalign for malloc, realloc for free and malloc";
        if (!HasPointers)
            yield return "heaptrack's interpreted files have no addresses: which of several equal blocks was freed is a guess";
        if (_attached)
            yield return "heaptrack was attached to the running program: blocks from before are missing";
        if (_peakResidentPages > 0)
            yield return $"the recorded process had at most {_peakResidentPages} pages resident, all its memory counted";
        if (_stacks.NamelessTraces > 0)
            yield return $"{_stacks.NamelessTraces} call stacks end in code compiled at run time: record with DOTNET_PerfMapEnabled=1 and give the perf map for names";
        if (_stacks.DroppedSites > 0)
            yield return $"{_stacks.DroppedSites} call stacks found no room in the site table";
    }
}
