using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Faultline.TestSupport;
using Parquet.Serialization;

namespace Faultline.Tool.Tests.Exports;

/// <summary>Whatever the format, what it adds up to is the report's.</summary>
public partial class ExportTotalsTests
{
    private const string WithStacks = "Recordings/orders.heaptrack.zst";
    private const string WithoutStacks = "Traces/real-make.trace.gz";

    [Theory]
    [InlineData(WithStacks)]
    [InlineData(WithoutStacks)]
    public void Collapsed_stacks(string trace)
    {
        using ExportRun run = new(trace);
        foreach ((string metric, long total) in run.Totals.Where(total => total.Key != "leakedBlocks"))
        {
            string[] lines = run.Text("collapsed", "--metric", metric).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.All(lines, line => Assert.Matches(@"^[^;]+(;[^;]+)* [1-9]\d*$", line));
            Assert.Equal(total, lines.Sum(line => long.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture)));
        }
    }

    [Fact]
    public void Stacks_lead_from_the_start_of_the_program_to_the_site()
    {
        using ExportRun run = new(WithStacks);
        Assert.Contains(run.Text("collapsed").Split('\n'), line => Regex.IsMatch(line, @"^.*;main \(orders\.cpp:\d+\);makeOrder \(orders\.cpp:17\) \d+$"));
    }

    [Fact]
    public void Without_stacks_a_stack_is_the_site()
    {
        using ExportRun run = new(WithoutStacks);
        Assert.StartsWith("real-make.trace.gz;real-make.trace.gz!trace ", run.Text("collapsed"));
    }

    [Theory]
    [InlineData(WithStacks)]
    [InlineData(WithoutStacks)]
    public void Speedscope_as_its_schema_has_it(string trace)
    {
        using ExportRun run = new(trace);
        JsonElement root = JsonDocument.Parse(run.Text("speedscope")).RootElement;
        int frames = root.GetProperty("shared").GetProperty("frames").GetArrayLength();
        Assert.All(root.GetProperty("shared").GetProperty("frames").EnumerateArray(), frame => Assert.NotEqual("", frame.GetProperty("name").GetString()));
        JsonElement[] profiles = [.. root.GetProperty("profiles").EnumerateArray()];
        Assert.Equal(6, profiles.Length);
        foreach (JsonElement profile in profiles)
        {
            Assert.Equal("sampled", profile.GetProperty("type").GetString());
            string name = profile.GetProperty("name").GetString()!.Split(':')[0];
            Assert.Equal(name is "blocks" or "faults" ? "none" : "bytes", profile.GetProperty("unit").GetString());
            Assert.Equal(profile.GetProperty("samples").GetArrayLength(), profile.GetProperty("weights").GetArrayLength());
            Assert.All(profile.GetProperty("samples").EnumerateArray().SelectMany(sample => sample.EnumerateArray()), frame => Assert.InRange(frame.GetInt32(), 0, frames - 1));
            long sum = profile.GetProperty("weights").EnumerateArray().Sum(weight => weight.GetInt64());
            Assert.Equal(profile.GetProperty("endValue").GetInt64(), sum);
            if (run.Totals.TryGetValue(name, out long total))
                Assert.Equal(total, sum);
        }

        JsonElement one = JsonDocument.Parse(run.Text("speedscope", "--metric", "faults")).RootElement.GetProperty("profiles");
        Assert.StartsWith("faults:", Assert.Single(one.EnumerateArray()).GetProperty("name").GetString());
    }

    [Theory]
    [InlineData(WithStacks)]
    [InlineData(WithoutStacks)]
    public async Task Tables_for_notebooks(string trace)
    {
        using ExportRun run = new(trace);
        string[] csv = run.Text("csv").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] columns = csv[0].Split(',');
        await using FileStream file = File.OpenRead(run.FileOf("parquet"));
        IReadOnlyList<IDictionary<string, object>> rows = [.. (await ParquetSerializer.DeserializeUntypedAsync(file)).Data];
        Assert.Equal(csv.Length - 1, rows.Count);
        foreach ((string metric, string column) in ((string, string)[])[("requested", "requested_bytes"), ("blocks", "blocks"), ("faults", "minor_faults"), ("resident", "resident_bytes"), ("leaked", "leaked_bytes"), ("leakedBlocks", "leaked_blocks")])
        {
            Assert.Equal(run.Totals[metric], rows.Sum(row => (double)row[column]));
            // The numbers are the last columns: what is quoted comes before them.
            int fromEnd = columns.Length - Array.IndexOf(columns, column);
            Assert.Equal(run.Totals[metric], csv.Skip(1).Sum(line => double.Parse(line.Split(',')[^fromEnd], CultureInfo.InvariantCulture)));
        }

        Assert.Equal(columns, rows[0].Keys);
    }

    [Theory]
    [InlineData(WithStacks)]
    [InlineData(WithoutStacks)]
    public void Allocinfo_as_the_kernel_writes_it(string trace)
    {
        using ExportRun run = new(trace);
        string[] lines = run.Text("allocinfo").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["allocinfo - version: 1.0", "#     <size>  <calls> <tag info>"], lines[..2]);
        Match[] sites = [.. lines.Skip(2).Select(line => AllocinfoLine().Match(line))];
        Assert.All(sites, site => Assert.True(site.Success));
        Assert.Equal(run.Totals["leaked"], sites.Sum(site => long.Parse(site.Groups[1].Value, CultureInfo.InvariantCulture)));
        Assert.Equal(run.Totals["leakedBlocks"], sites.Sum(site => long.Parse(site.Groups[2].Value, CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void Twice_the_same_bytes()
    {
        using ExportRun run = new(WithStacks);
        foreach (string format in (string[])["speedscope", "collapsed", "massif", "csv", "allocinfo"])
            Assert.Equal(run.Text(format), run.Text(format));
        using ExportRun again = new(WithStacks);
        Assert.Equal(File.ReadAllBytes(run.FileOf("pprof")), File.ReadAllBytes(again.FileOf("pprof")));
    }

    [Theory]
    [InlineData("no --format given: it is one of speedscope, collapsed, pprof", "TRACE")]
    [InlineData("--format svg is none of speedscope", "TRACE", "--format", "svg")]
    [InlineData("--metric weight is none of requested, blocks", "TRACE", "--format", "collapsed", "--metric", "weight")]
    [InlineData("--metric faults is for speedscope and collapsed: csv holds all", "TRACE", "--format", "csv", "--metric", "faults")]
    [InlineData("--format pprof is not text: give --output FILE", "TRACE", "--format", "pprof")]
    [InlineData("no trace given", "--format", "csv")]
    [InlineData("no such file: nowhere", "nowhere", "--format", "csv")]
    public void Wrong_usage_is_one_line(string expected, params string[] arguments)
    {
        string trace = Repository.Path("tests", "Faultline.Tracing.Tests", "Traces", "real-ls.trace.gz");
        (int code, string output, string error) = ExportRun.Run(["export", .. arguments.Select(word => word == "TRACE" ? trace : word)]);
        Assert.Equal((2, ""), (code, output));
        Assert.Contains(expected, Assert.Single(error.TrimEnd('\n').Split('\n')));
    }

    [GeneratedRegex(@"^ *(\d+) +(\d+) \S+:\d+( \[\S+\])? func:\S+ $")]
    private static partial Regex AllocinfoLine();
}
