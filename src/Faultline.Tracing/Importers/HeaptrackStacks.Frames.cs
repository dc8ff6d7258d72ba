using System.Globalization;
using Faultline.Tracing.Stacks;

namespace Faultline.Tracing.Importers;

// Whole traces as call stacks, from the call site outwards: what only passed the allocation on is left away as in the search for the site.
internal sealed partial class HeaptrackStacks
{
    private readonly List<int> _stackOfTrace = [0];
    private StackInterner? _interner;

    public StackTable Stacks { get; } = new();

    private readonly record struct Seen(StackFrameName Frame, bool PassesOn);

    /// <summary>The number of a trace's call stack; 0 when it is empty.</summary>
    public int StackOf(int trace)
    {
        while (_stackOfTrace.Count <= trace)
            _stackOfTrace.Add(Unresolved);
        if (_stackOfTrace[trace] == Unresolved)
            _stackOfTrace[trace] = Intern(trace);
        return _stackOfTrace[trace];
    }

    private int Intern(int trace)
    {
        List<Seen> frames = [];
        for (int at = trace; at != 0; at = _traces[at].Parent)
            AddFrames(_traces[at].Instruction, frames);
        int innermost = Math.Max(0, frames.FindIndex(seen => !seen.PassesOn));
        _interner ??= new StackInterner(Stacks);
        int node = 0;
        for (int i = frames.Count - 1; i >= innermost; i--)
            node = _interner.Node(_interner.Frame(frames[i].Frame), node);
        return node;
    }

    /// <summary>Those of one instruction, several where functions were inlined; innermost first.</summary>
    private void AddFrames(ulong number, List<Seen> frames)
    {
        if (RawModules != null)
        {
            (string module, ulong offset) = RawModules.Find(number);
            frames.Add(module.Length == 0 ? Nameless(number) : Native(module, Hex(offset), "", 0));
            return;
        }

        if (number == 0)
            return;
        Instruction instruction = _instructions[(int)number];
        string named = _strings[instruction.Module];
        if (instruction.Frames.Length == 0)
            frames.Add(named.Length == 0 ? Nameless(instruction.Address) : Native(named, Hex(instruction.Address), "", 0));
        for (int i = 0; i < instruction.Frames.Length; i += 3)
        {
            string function = _strings[instruction.Frames[i]];
            frames.Add(function.Length == 0 ? Nameless(instruction.Address) : Native(named, function, _strings[instruction.Frames[i + 1]], instruction.Frames[i + 2]));
        }
    }

    private static Seen Native(string module, string function, string file, int line)
    {
        string name = Path.GetFileName(module);
        return new(new(name, "", function, file.Length == 0 ? null : file, line), AllocatorFrames.PassesOn(name, function, file));
    }

    /// <summary>Code that was compiled at run time: by the perf map's name, or by its address. Precompiled code of the framework is in no map.</summary>
    private Seen Nameless(ulong address)
        => perfMap?.Find(address) is { } name && PerfMap.TrySplit(name, out string assembly, out string type, out string method)
            ? new(new(assembly, type, method, null, 0), AllocatorFrames.PassesOnManaged(type, method, out _))
            : new(new("(compiled at run time)", "", "0x" + address.ToString("x", CultureInfo.InvariantCulture), null, 0), PassesOn: perfMap != null);
}
