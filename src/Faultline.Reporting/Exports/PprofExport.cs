using System.IO.Compression;
using Faultline.Tracing.Stacks;

namespace Faultline.Reporting.Exports;

// profile.proto of github.com/google/pprof, the fields that are filled:
//
//   Profile    1 sample_type  2 sample  4 location  5 function  6 string_table  9 time_nanos  11 period_type  12 period  13 comment  14 default_sample_type
//   ValueType  1 type  2 unit                  (numbers of strings, as all texts)
//   Sample     1 location_id (innermost first)  2 value (one for each sample_type)
//   Location   1 id  4 line                    Line  1 function_id  2 line
//   Function   1 id  2 name  3 system_name  4 filename

/// <summary>
/// A pprof profile, gzip: alloc_space, alloc_objects, inuse_space and inuse_objects as Go's heap profiles have them, then faults, resident_space and temporary_space.
/// </summary>
public static class PprofExport
{
    private static readonly (string Type, string Unit, Func<StackAmounts, double> Of)[] s_types =
    [
        ("alloc_objects", "count", amounts => amounts.Blocks),
        ("alloc_space", "bytes", amounts => amounts.RequestedBytes),
        ("inuse_objects", "count", amounts => amounts.LeakedBlocks),
        ("inuse_space", "bytes", amounts => amounts.LeakedBytes),
        ("faults", "count", amounts => amounts.MinorFaults),
        ("resident_space", "bytes", amounts => amounts.ResidentBytes),
        ("temporary_space", "bytes", amounts => amounts.TemporaryBytes),
    ];

    /// <param name="stacks">What to write.</param>
    /// <param name="started">CLOCK_REALTIME nanoseconds at the trace's start; 0 unknown.</param>
    /// <param name="comment">Where the numbers come from, for people.</param>
    /// <param name="stream">Left open.</param>
    public static void Write(StackPaths stacks, long started, string comment, Stream stream)
    {
        Tables tables = new();
        ProtobufWriter profile = new();
        foreach ((string type, string unit, _) in s_types)
            profile.Message(1, tables.ValueType(type, unit));
        foreach (StackPath path in stacks.Paths)
            profile.Message(2, Sample(path, tables));
        foreach (ProtobufWriter location in tables.Locations)
            profile.Message(4, location);
        foreach (ProtobufWriter function in tables.Functions)
            profile.Message(5, function);
        profile.Number(9, started);
        profile.Message(11, tables.ValueType("space", "bytes"));
        profile.Number(12, stacks.IsEstimate ? (long)stacks.Sampling.Bytes : 1);
        profile.Packed(13, [tables.Text(comment)]);
        profile.Number(14, tables.Text("alloc_space"));
        // The last one, for all the others add to it.
        foreach (string text in tables.Texts)
            profile.Text(6, text);
        using GZipStream gzip = new(stream, CompressionLevel.Optimal, leaveOpen: true);
        gzip.Write(profile.Bytes);
    }

    private static ProtobufWriter Sample(StackPath path, Tables tables)
    {
        ProtobufWriter sample = new();
        sample.Packed(1, path.Frames.Reverse().Select(frame => tables.Location(frame)));
        sample.Packed(2, s_types.Select(type => (long)Math.Round(type.Of(path.Amounts))));
        return sample;
    }

    /// <summary>Texts, functions and locations, each once. Ids begin with 1, texts with the empty one.</summary>
    private sealed class Tables
    {
        private readonly Dictionary<string, long> _texts = new() { [""] = 0 };
        private readonly Dictionary<(string Name, string File), long> _functions = [];
        private readonly Dictionary<StackFrameName, long> _locations = [];

        public List<string> Texts { get; } = [""];

        public List<ProtobufWriter> Functions { get; } = [];

        public List<ProtobufWriter> Locations { get; } = [];

        public long Text(string text)
        {
            if (!_texts.TryGetValue(text, out long number))
            {
                _texts.Add(text, number = Texts.Count);
                Texts.Add(text);
            }

            return number;
        }

        public ProtobufWriter ValueType(string type, string unit)
        {
            ProtobufWriter message = new();
            message.Number(1, Text(type));
            message.Number(2, Text(unit));
            return message;
        }

        public long Location(StackFrameName frame)
        {
            if (_locations.TryGetValue(frame, out long id))
                return id;
            _locations.Add(frame, id = Locations.Count + 1);
            ProtobufWriter line = new();
            line.Number(1, Function(frame.Function, frame.File ?? frame.Assembly));
            line.Number(2, frame.Line);
            ProtobufWriter location = new();
            location.Number(1, id);
            location.Message(4, line);
            Locations.Add(location);
            return id;
        }

        private long Function(string name, string file)
        {
            if (_functions.TryGetValue((name, file), out long id))
                return id;
            _functions.Add((name, file), id = Functions.Count + 1);
            ProtobufWriter function = new();
            function.Number(1, id);
            function.Number(2, Text(name));
            function.Number(3, Text(name));
            function.Number(4, Text(file));
            Functions.Add(function);
            return id;
        }
    }
}
