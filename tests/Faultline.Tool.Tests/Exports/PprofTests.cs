using System.IO.Compression;
using System.Text;

namespace Faultline.Tool.Tests.Exports;

/// <summary>The pprof export field by field against profile.proto of github.com/google/pprof, read by a decoder that shares nothing with the writer.</summary>
public class PprofTests
{
    // message: field number → (name, 'v' a varint, 'm' a message or a text, 'p' packed varints)
    private static readonly Dictionary<int, (string Name, char Kind)> s_profile = new()
    {
        [1] = ("sample_type", 'm'), [2] = ("sample", 'm'), [3] = ("mapping", 'm'), [4] = ("location", 'm'), [5] = ("function", 'm'), [6] = ("string_table", 'm'), [7] = ("drop_frames", 'v'),
        [8] = ("keep_frames", 'v'), [9] = ("time_nanos", 'v'), [10] = ("duration_nanos", 'v'), [11] = ("period_type", 'm'), [12] = ("period", 'v'), [13] = ("comment", 'p'),
        [14] = ("default_sample_type", 'v'),
    };

    private static readonly Dictionary<int, (string Name, char Kind)> s_valueType = new() { [1] = ("type", 'v'), [2] = ("unit", 'v') };
    private static readonly Dictionary<int, (string Name, char Kind)> s_sample = new() { [1] = ("location_id", 'p'), [2] = ("value", 'p'), [3] = ("label", 'm') };
    private static readonly Dictionary<int, (string Name, char Kind)> s_location = new() { [1] = ("id", 'v'), [2] = ("mapping_id", 'v'), [3] = ("address", 'v'), [4] = ("line", 'm'), [5] = ("is_folded", 'v') };
    private static readonly Dictionary<int, (string Name, char Kind)> s_line = new() { [1] = ("function_id", 'v'), [2] = ("line", 'v'), [3] = ("column", 'v') };
    private static readonly Dictionary<int, (string Name, char Kind)> s_function = new() { [1] = ("id", 'v'), [2] = ("name", 'v'), [3] = ("system_name", 'v'), [4] = ("filename", 'v'), [5] = ("start_line", 'v') };

    [Theory]
    [InlineData("Recordings/orders.heaptrack.zst", true)]
    [InlineData("Traces/real-make.trace.gz", false)]
    public void Every_field_is_what_the_specification_says(string trace, bool hasStacks)
    {
        using ExportRun run = new(trace);
        List<Field> profile = Decode(Unzip(run.FileOf("pprof")), s_profile);
        string[] texts = [.. profile.Where(field => field.Name == "string_table").Select(field => Encoding.UTF8.GetString(field.Bytes))];
        Assert.Equal("", texts[0]);
        Assert.Equal(texts.Length, texts.Distinct().Count());

        (string Type, string Unit)[] types = [.. Messages(profile, "sample_type", s_valueType).Select(type => (texts[Number(type, "type")], texts[Number(type, "unit")]))];
        Assert.Equal(
            [("alloc_objects", "count"), ("alloc_space", "bytes"), ("inuse_objects", "count"), ("inuse_space", "bytes"), ("faults", "count"), ("resident_space", "bytes"), ("temporary_space", "bytes")],
            types);
        Assert.Equal("alloc_space", texts[Number(profile, "default_sample_type")]);
        List<Field> period = Messages(profile, "period_type", s_valueType).Single();
        Assert.Equal(("space", "bytes", 1L), (texts[Number(period, "type")], texts[Number(period, "unit")], Number(profile, "period")));
        Assert.Contains("simulated by Faultline", texts[Unpack(profile.Single(field => field.Name == "comment").Bytes).Single()]);

        List<List<Field>> functions = Messages(profile, "function", s_function), locations = Messages(profile, "location", s_location);
        Assert.Equal(Enumerable.Range(1, functions.Count).Select(id => (long)id), functions.Select(function => Number(function, "id")));
        Assert.Equal(Enumerable.Range(1, locations.Count).Select(id => (long)id), locations.Select(location => Number(location, "id")));
        Assert.All(functions, function => Assert.NotEqual("", texts[Number(function, "name")]));
        foreach (List<Field> location in locations)
            Assert.InRange(Number(Messages(location, "line", s_line).Single(), "function_id"), 1, functions.Count);

        List<List<Field>> samples = Messages(profile, "sample", s_sample);
        long[] sums = new long[types.Length];
        foreach (List<Field> sample in samples)
        {
            long[] ids = Unpack(sample.Single(field => field.Name == "location_id").Bytes), values = Unpack(sample.Single(field => field.Name == "value").Bytes);
            Assert.NotEmpty(ids);
            Assert.All(ids, id => Assert.InRange(id, 1, locations.Count));
            Assert.Equal(types.Length, values.Length);
            for (int i = 0; i < sums.Length; i++)
                sums[i] += values[i];
        }

        long Sum(string type) => sums[Array.FindIndex(types, t => t.Type == type)];
        Assert.Equal((run.Totals["requested"], run.Totals["blocks"]), (Sum("alloc_space"), Sum("alloc_objects")));
        Assert.Equal((run.Totals["leaked"], run.Totals["leakedBlocks"]), (Sum("inuse_space"), Sum("inuse_objects")));
        Assert.Equal((run.Totals["faults"], run.Totals["resident"]), (Sum("faults"), Sum("resident_space")));
        if (hasStacks)
            AssertInnermostFirst(samples, locations, functions, texts);
    }

    private static void AssertInnermostFirst(List<List<Field>> samples, List<List<Field>> locations, List<List<Field>> functions, string[] texts)
    {
        string NameOf(long location) => texts[Number(functions[(int)Number(Messages(locations[(int)location - 1], "line", s_line).Single(), "function_id") - 1], "name")];
        string[][] stacks = [.. samples.Select(sample => Unpack(sample.Single(field => field.Name == "location_id").Bytes).Select(NameOf).ToArray())];
        Assert.Contains(stacks, stack => stack[0] == "makeOrder" && Array.IndexOf(stack, "main") > 0);
    }

    private sealed record Field(string Name, long Value, byte[] Bytes);

    private static byte[] Unzip(string file)
    {
        using GZipStream gzip = new(File.OpenRead(file), CompressionMode.Decompress);
        MemoryStream bytes = new();
        gzip.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static List<List<Field>> Messages(List<Field> message, string name, Dictionary<int, (string Name, char Kind)> specification)
        => [.. message.Where(field => field.Name == name).Select(field => Decode(field.Bytes, specification))];

    /// <summary>0 for a field that is not there, as proto3 has it; never there twice.</summary>
    private static long Number(List<Field> message, string name) => message.Where(field => field.Name == name).Select(field => field.Value).SingleOrDefault();

    /// <summary>Fields that the specification does not have, or has with another type on the wire, fail.</summary>
    private static List<Field> Decode(byte[] bytes, Dictionary<int, (string Name, char Kind)> specification)
    {
        List<Field> fields = [];
        for (int at = 0; at < bytes.Length;)
        {
            ulong key = Varint(bytes, ref at);
            Assert.True(specification.TryGetValue((int)(key >> 3), out (string Name, char Kind) field), $"field {key >> 3} is not in the specification");
            Assert.Equal(field.Kind == 'v' ? 0UL : 2UL, key & 7);
            ulong number = Varint(bytes, ref at);
            if (field.Kind == 'v')
            {
                fields.Add(new(field.Name, (long)number, []));
                continue;
            }

            Assert.InRange((long)number, 0, bytes.Length - at);
            fields.Add(new(field.Name, 0, bytes[at..(at + (int)number)]));
            at += (int)number;
        }

        return fields;
    }

    private static long[] Unpack(byte[] bytes)
    {
        List<long> numbers = [];
        for (int at = 0; at < bytes.Length;)
            numbers.Add((long)Varint(bytes, ref at));
        return [.. numbers];
    }

    private static ulong Varint(byte[] bytes, ref int at)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte b = bytes[at++];
            value |= (ulong)(b & 0x7f) << shift;
            if (b < 0x80)
                return value;
        }
    }
}
