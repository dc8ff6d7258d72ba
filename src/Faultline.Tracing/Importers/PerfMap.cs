using System.Globalization;

namespace Faultline.Tracing.Importers;

/// <summary>
/// Names of compiled .NET methods by address: the file perf-PID.map that the runtime writes into the temporary folder under
/// DOTNET_PerfMapEnabled=1, lines "start length name" in hexadecimal. Native profilers see those methods as bare addresses.
/// </summary>
public sealed class PerfMap
{
    private readonly List<Entry> _entries = [];

    private readonly record struct Entry(ulong Start, ulong Length, int Number, string Name);

    /// <summary>Reads a map; lines that are none are passed over (the last one of a running program may be cut).</summary>
    public static PerfMap Read(TextReader reader)
    {
        var map = new PerfMap();
        while (reader.ReadLine() is { } line)
        {
            string[] fields = line.Split(' ', 3);
            if (fields.Length == 3 && TryHex(fields[0], out ulong start) && TryHex(fields[1], out ulong length))
                map._entries.Add(new Entry(start, length, map._entries.Count, fields[2]));
        }

        map._entries.Sort((a, b) => a.Start != b.Start ? a.Start.CompareTo(b.Start) : a.Number.CompareTo(b.Number));
        return map;
    }

    /// <summary>The name of the method whose code holds an address, the newest where memory was used again; null when there is none.</summary>
    public string? Find(ulong address)
    {
        int low = 0;
        int high = _entries.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_entries[middle].Start <= address)
                low = middle + 1;
            else
                high = middle;
        }

        return low > 0 && address - _entries[low - 1].Start < _entries[low - 1].Length ? _entries[low - 1].Name : null;
    }

    /// <summary>
    /// Takes "void* [App] App.Cache::Add(int32)[Tier1]" apart into assembly, type and method; false for what the runtime
    /// lists beside methods (stubs).
    /// </summary>
    public static bool TrySplit(string name, out string assembly, out string type, out string method)
    {
        assembly = type = method = "";
        int open = name.IndexOf('[');
        int close = open < 0 ? -1 : name.IndexOf("] ", open, StringComparison.Ordinal);
        int colons = close < 0 ? -1 : name.IndexOf("::", close, StringComparison.Ordinal);
        if (colons < 0)
            return false;
        int end = name.IndexOf('(', colons);
        assembly = name[(open + 1)..close];
        type = name[(close + 2)..colons];
        method = name[(colons + 2)..(end < 0 ? name.Length : end)];
        return method.Length > 0;
    }

    private static bool TryHex(string text, out ulong value)
        => ulong.TryParse(text.StartsWith("0x", StringComparison.Ordinal) ? text[2..] : text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
}
