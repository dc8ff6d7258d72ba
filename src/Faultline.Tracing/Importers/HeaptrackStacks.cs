using System.Globalization;
using Faultline.Tracing.Session;

namespace Faultline.Tracing.Importers;

/// <summary>
/// The call stacks of a heaptrack file: strings, instruction pointers and the tree of traces, each numbered from 1 in the
/// order of their lines, and the call site that a trace stands for.
/// </summary>
internal sealed partial class HeaptrackStacks(PerfMap? perfMap)
{
    private const int Unresolved = -1;

    private readonly List<string> _strings = [""];
    private readonly List<Instruction> _instructions = [default];
    private readonly List<Node> _traces = [default];
    private readonly List<int> _siteOfTrace = [0];
    private readonly SiteCollector _sites = new();

    /// <summary>An interpreted instruction: frames as triples of function, file (string numbers) and line, innermost first.</summary>
    private readonly record struct Instruction(ulong Address, int Module, int[] Frames);

    /// <summary>A trace: its innermost instruction (interpreted: number; raw: address) and the trace that called it, 0 none.</summary>
    private readonly record struct Node(ulong Instruction, int Parent);

    public SiteTable Sites => _sites.Table;

    public long DroppedSites => _sites.Dropped;

    /// <summary>Set in raw files, whose traces are of bare addresses.</summary>
    public HeaptrackModules? RawModules { get; set; }

    /// <summary>Traces whose site is in code without a module or a name: compiled at run time.</summary>
    public int NamelessTraces { get; private set; }

    public bool HasTrace(int trace) => trace >= 0 && trace < _traces.Count;

    public void AddString(string text) => _strings.Add(text);

    /// <summary>The fields of an "i" line. Null, or what is wrong.</summary>
    public string? AddInstruction(ref LineFields fields)
    {
        int module = 0;
        if (!fields.TryHex(out ulong address) || (!fields.AtEnd && !fields.TryIndex(out module)))
            return "no instruction pointer";
        var frames = new List<int>();
        while (!fields.AtEnd)
        {
            if (!fields.TryIndex(out int function))
                return "no number of a function's name";
            // Without debug information the function is all there is.
            fields.TryIndex(out int file);
            fields.TryIndex(out int line);
            if (function >= _strings.Count || file >= _strings.Count)
                return $"string {Math.Max(function, file)} is referred to, there are {_strings.Count - 1}";
            frames.AddRange([function, file, line]);
        }

        if (module >= _strings.Count)
            return $"string {module} is referred to, there are {_strings.Count - 1}";
        _instructions.Add(new Instruction(address, module, [.. frames]));
        return null;
    }

    /// <summary>The fields of a "t" line. Null, or what is wrong.</summary>
    public string? AddTrace(ref LineFields fields)
    {
        if (!fields.TryHex(out ulong instruction) || !fields.TryIndex(out int parent) || !fields.AtEnd)
            return "no trace";
        if (RawModules == null && instruction >= (ulong)_instructions.Count)
            return $"instruction {instruction} is referred to, there are {_instructions.Count - 1}";
        if (parent >= _traces.Count)
            return $"trace {parent} is referred to, there are {_traces.Count - 1}";
        _traces.Add(new Node(instruction, parent));
        _siteOfTrace.Add(Unresolved);
        return null;
    }

    /// <summary>The call site of a trace; 0 when it is empty.</summary>
    public int SiteOf(int trace)
    {
        if (_siteOfTrace[trace] == Unresolved)
            _siteOfTrace[trace] = Resolve(trace);
        return _siteOfTrace[trace];
    }

    private int Resolve(int trace)
    {
        var search = new SiteSearch(perfMap);
        bool goOn = true;
        for (; trace != 0 && goOn; trace = _traces[trace].Parent)
        {
            ulong instruction = _traces[trace].Instruction;
            if (RawModules != null)
                goOn = VisitAddress(ref search, instruction);
            else if (instruction != 0)
                goOn = VisitInstruction(ref search, _instructions[(int)instruction]);
        }

        if (search.Site is not { } site)
            return 0;
        NamelessTraces += search.IsNameless ? 1 : 0;
        return _sites.IdOf(site);
    }

    private bool VisitAddress(ref SiteSearch search, ulong address)
    {
        (string module, ulong offset) = RawModules!.Find(address);
        return search.Visit(module, module.Length == 0 ? "" : Hex(offset), "", 0, address);
    }

    private bool VisitInstruction(ref SiteSearch search, in Instruction instruction)
    {
        string module = _strings[instruction.Module];
        int[] frames = instruction.Frames;
        if (frames.Length == 0)
            return search.Visit(module, module.Length == 0 ? "" : Hex(instruction.Address), "", 0, instruction.Address);
        for (int i = 0; i < frames.Length; i += 3)
            if (!search.Visit(module, _strings[frames[i]], _strings[frames[i + 1]], frames[i + 2], instruction.Address))
                return false;
        return true;
    }

    private static string Hex(ulong value) => "0x" + value.ToString("x", CultureInfo.InvariantCulture);
}
