using System.Globalization;
using System.Text;
using Faultline.Tracing.Events;
using Faultline.Tracing.Stacks;

namespace Faultline.Tracing.Binary;

/// <summary>
/// Metadata as lines "name=value". Names that a reader does not know are passed over and missing ones keep their defaults,
/// so that either can be newer than the other. Line ends and backslashes inside a value are written as \n, \r and \\.
/// </summary>
internal static class MetadataText
{
    public static byte[] Write(TraceMetadata m)
    {
        var text = new StringBuilder();
        void Line(string name, string value) => text.Append(name).Append('=').Append(Escape(value)).Append('\n');
        void Number(string name, long value) => Line(name, value.ToString(CultureInfo.InvariantCulture));
        void Hex(string name, ulong value) => Line(name, "0x" + value.ToString("x", CultureInfo.InvariantCulture));

        Line("source", m.Source);
        Line("program", m.Program);
        Number("pid", m.ProcessId);
        Number("started", m.StartedUnixNanoseconds);
        Number("clock", (int)m.Clock);
        Number("touches", (int)m.Touches);
        Line("observer", m.Observer);
        Number("true-addresses", m.TrueAddresses ? 1 : 0);
        Line("libc", m.LibcProfile);
        Line("kernel", m.KernelProfile);
        Hex("ram", m.RamBytes);
        Number("cpus", m.Cpus);
        Number("thp", m.ThpPolicy ?? -1);
        Line("tunables", m.Tunables);
        Hex("heap-start", m.HeapStart);
        Hex("heap-room", m.HeapRoom);
        Hex("mmap-top", m.MmapTop);
        if (m.Stacks != StackSampling.Off)
            Line("stacks", m.Stacks.ToString());
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>Throws <see cref="TraceFormatException"/> naming a value that is not what its name asks for.</summary>
    public static TraceMetadata Read(ReadOnlySpan<byte> text)
    {
        var values = new Dictionary<string, string>();
        foreach (string line in Encoding.UTF8.GetString(text).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = line.IndexOf('=');
            if (equals > 0)
                values[line[..equals]] = Unescape(line[(equals + 1)..]);
        }

        var defaults = new TraceMetadata();
        int thp = (int)Number(values, "thp", -1);
        return new TraceMetadata
        {
            Source = values.GetValueOrDefault("source", defaults.Source),
            Program = values.GetValueOrDefault("program", ""),
            ProcessId = (int)Number(values, "pid", 0),
            StartedUnixNanoseconds = Number(values, "started", 0),
            Clock = (TraceClock)Number(values, "clock", 0),
            Touches = (TouchKnowledge)Number(values, "touches", 0),
            Observer = values.GetValueOrDefault("observer", ""),
            TrueAddresses = Number(values, "true-addresses", 1) != 0,
            LibcProfile = values.GetValueOrDefault("libc", ""),
            KernelProfile = values.GetValueOrDefault("kernel", ""),
            RamBytes = Hex(values, "ram"),
            Cpus = (int)Number(values, "cpus", 0),
            ThpPolicy = thp < 0 ? null : thp,
            Tunables = values.GetValueOrDefault("tunables", ""),
            HeapStart = Hex(values, "heap-start"),
            HeapRoom = Hex(values, "heap-room"),
            MmapTop = Hex(values, "mmap-top"),
            Stacks = Stacks(values.GetValueOrDefault("stacks", "off")),
        };
    }

    private static long Number(Dictionary<string, string> values, string name, long missing)
        => !values.TryGetValue(name, out string? value) ? missing
            : long.TryParse(value, CultureInfo.InvariantCulture, out long number) ? number
            : throw new TraceFormatException($"the trace's metadata say {name}={value}, which is not a number");

    private static StackSampling Stacks(string value)
        => StackSampling.Parse(value) ?? throw new TraceFormatException($"the trace's metadata say stacks={value}, which is none of off, sample:BYTES and all");

    private static ulong Hex(Dictionary<string, string> values, string name)
        => !values.TryGetValue(name, out string? value) ? 0
            : value.StartsWith("0x", StringComparison.Ordinal)
                && ulong.TryParse(value.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong number) ? number
            : throw new TraceFormatException($"the trace's metadata say {name}={value}, which is not a hexadecimal number");

    private static string Escape(string value) => value.Replace("\\", "\\\\").Replace("\n", "\\n").Replace("\r", "\\r");

    private static string Unescape(string value)
    {
        var text = new StringBuilder(value.Length);
        for (int i = 0; i < value.Length; i++)
            text.Append(value[i] != '\\' || i + 1 == value.Length ? value[i] : value[++i] switch { 'n' => '\n', 'r' => '\r', var c => c });
        return text.ToString();
    }
}
