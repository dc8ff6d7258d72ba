using Faultline.Tracing.Events;
using Faultline.Tracing.Session;
using Faultline.Tracing.Stacks;

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
internal sealed partial class HeaptrackImporter : LineImporter
{
    private readonly HeaptrackStacks _stacks;
    private readonly string _name;
    private TraceMetadata _metadata = new() { Source = "heaptrack", Stacks = StackSampling.All };
    private int _format;
    private bool _hasVersion;
    private bool _hasSummary;
    private bool _attached;
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

    public override StackTable Stacks => _stacks.Stacks;

    public override IReadOnlyList<string> Notes => [.. WriteNotes()];

    private bool IsRaw => _stacks.RawModules != null;

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
