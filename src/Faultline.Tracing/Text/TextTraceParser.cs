namespace Faultline.Tracing.Text;

/// <summary>One reading of one trace, operation by operation.</summary>
internal sealed class TextTraceParser(TextReader reader, string name)
{
    /// <summary>Threads are numbered 0 to 255.</summary>
    internal const int ThreadLimit = 256;

    private readonly List<string> _tunables = [];
    private readonly TraceChecks _checks = new();
    private bool? _multiThreaded;

    /// <summary>Number of the line that was read last, from 1.</summary>
    public long Line { get; private set; }

    /// <summary>What was wrong with that line; null while nothing was.</summary>
    public string? Complaint { get; private set; }

    /// <summary>As far as the settings have been read: see <see cref="TextTrace"/>.</summary>
    public ulong BrkLimit { get; private set; }

    public string Tunables => string.Join(':', _tunables);

    /// <summary>The whole trace.</summary>
    public TextTrace Parse()
    {
        var operations = new List<TraceOperation>();
        while (TryReadNext(out TraceOperation operation))
            operations.Add(operation);
        if (operations.Count == 0)
            throw new TraceFormatException($"{name}: no operation in it");
        return new TextTrace
        {
            Operations = [.. operations],
            BlockCount = _checks.BlockCount,
            IsMultiThreaded = _multiThreaded == true,
            LastThread = _checks.LastThread,
            BrkLimit = BrkLimit,
            Tunables = Tunables,
        };
    }

    /// <summary>The next operation; false at the end. Throws <see cref="TraceFormatException"/> at a line that is wrong.</summary>
    public bool TryReadNext(out TraceOperation operation)
    {
        while (reader.ReadLine() is { } line)
        {
            Line++;
            if (line.StartsWith("#!", StringComparison.Ordinal))
            {
                ReadSetting(line);
            }
            else if (line.Length > 0 && line[0] != '#')
            {
                operation = ReadOperation(line);
                return true;
            }
        }

        operation = default;
        return false;
    }

    private void ReadSetting(string line)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words is ["#!brk_limit", var limit])
            BrkLimit = ulong.TryParse(limit, out ulong bytes) ? bytes : throw Bad($"brk_limit '{limit}' is no number of bytes");
        else if (words is ["#!tunable", var setting, ..])
            _tunables.Add(setting);
    }

    private TraceOperation ReadOperation(string line)
    {
        LineCursor cursor = new(line);
        bool threaded = line[0] == 'T';
        if ((_multiThreaded ??= threaded) != threaded)
            throw Bad("lines with and without a thread in one trace");
        byte thread = 0;
        if (threaded)
        {
            cursor.SkipLetter();
            if (!cursor.TryNumber(out ulong number) || number >= ThreadLimit)
                throw Bad($"no thread 0 to {ThreadLimit - 1} in '{line}'");
            thread = (byte)number;
        }

        TraceOperation operation = Parse(ref cursor, thread, threaded, line);
        if (_checks.Check(operation) is { } complaint)
            throw Bad($"{complaint} in '{line}'");
        return operation;
    }

    private TraceOperation Parse(ref LineCursor cursor, byte thread, bool threaded, string line)
    {
        ReadOnlySpan<char> word = cursor.Word();
        (TraceAction action, int arguments, bool hasBlock) = word switch
        {
            "a" => (TraceAction.Malloc, 2, true),
            "c" => (TraceAction.Calloc, 3, true),
            "r" => (TraceAction.Realloc, 2, true),
            "m" => (TraceAction.Memalign, 3, true),
            "f" => (TraceAction.Free, 1, true),
            "t" => (TraceAction.TouchWrite, 3, true),
            "R" => (TraceAction.TouchRead, 3, true),
            "x" => (TraceAction.Trim, 0, false),
            "i" => (TraceAction.Info, 0, false),
            "b" when !threaded => (TraceAction.MoveBreak, 1, false),
            "o" when !threaded => (TraceAction.Mallopt, 2, false),
            "spawn" when threaded => (TraceAction.Spawn, 1, true),
            "exit" when threaded => (TraceAction.Exit, 0, false),
            "join" when threaded => (TraceAction.Join, 1, true),
            _ => throw Bad($"unknown operation '{line}'"),
        };

        Span<ulong> values = stackalloc ulong[3];
        for (int i = 0; i < arguments; i++)
        {
            if (!cursor.TryNumber(out values[i]))
                throw Bad($"'{word}' needs {arguments} numbers, got '{line}'");
        }

        if (!hasBlock)
            return new TraceOperation(action, thread, 0, values[0], values[1]);
        if (values[0] >= int.MaxValue)
            throw Bad($"number {values[0]} is too large in '{line}'");
        return new TraceOperation(action, thread, (uint)values[0], values[1], values[2]);
    }

    private TraceFormatException Bad(string what)
    {
        Complaint = what;
        return new TraceFormatException($"{name}:{Line}: {what}");
    }

    /// <summary>Words and unsigned numbers of one line; a minus sign wraps, as in C.</summary>
    private ref struct LineCursor(ReadOnlySpan<char> line)
    {
        private ReadOnlySpan<char> _rest = line;

        public void SkipLetter() => _rest = _rest[1..];

        public ReadOnlySpan<char> Word()
        {
            _rest = _rest.TrimStart();
            int end = _rest.IndexOfAny(' ', '\t');
            ReadOnlySpan<char> word = end < 0 ? _rest.TrimEnd() : _rest[..end];
            _rest = end < 0 ? [] : _rest[end..];
            return word;
        }

        public bool TryNumber(out ulong value)
        {
            ReadOnlySpan<char> word = Word();
            if (ulong.TryParse(word, out value))
                return true;
            bool negative = long.TryParse(word, out long signed);
            value = (ulong)signed;
            return negative;
        }
    }
}
