using System.Text.Json;
using Faultline.TestSupport;

namespace Faultline.Tool.Tests.Viewing;

/// <summary>summary, tree, table and temporary as a user types them: what they add up to, what they cannot answer, wrong input, the help's examples.</summary>
public sealed class CostVerbTests : IDisposable
{
    private static readonly string s_stacks = Fixture("Recordings/orders.heaptrack.zst"), s_text = Fixture("Traces/real-make.trace.gz");

    private readonly string _folder = Directory.CreateTempSubdirectory("faultline-tests-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("requested", "requestedBytes", 1)]
    [InlineData("blocks", "blocks", 1)]
    [InlineData("faults", "minorFaults", 1)]
    [InlineData("resident", "residentPages", 4096)]
    [InlineData("leaked", "liveRequestedBytes", 1)]
    public void A_tree_adds_up_to_the_report_with_stacks_and_without(string metric, string total, int unit)
    {
        foreach (string trace in new[] { s_stacks, s_text })
        {
            string report = Report(trace);
            JsonElement totals = JsonDocument.Parse(File.ReadAllText(report)).RootElement.GetProperty("totals");
            long expected = (metric is "faults" or "resident" ? totals.GetProperty("process") : totals).GetProperty(total).GetInt64() * unit;
            foreach (string file in new[] { trace, report })
            {
                JsonElement[] nodes = [.. Json("tree", file, "--metric", metric, "--min", "0").GetProperty("nodes").EnumerateArray()];
                Assert.Equal(expected, nodes[0].GetProperty("value").GetInt64());
                Assert.Equal(expected, nodes.Where(node => node.GetProperty("depth").GetInt32() == 1).Sum(node => node.GetProperty("value").GetInt64()));
            }
        }
    }

    [Fact]
    public void A_tree_says_that_no_stacks_were_recorded()
    {
        Assert.Contains("no call stacks were recorded", Output("tree", s_text));
        Assert.Contains("by call stack\n", Output("tree", s_stacks));
        Assert.Contains("_start", Output("tree", s_stacks));
        Assert.DoesNotContain("_start", Output("tree", Report(s_stacks)));
    }

    [Fact]
    public void Depth_and_share_cut_the_tree_and_say_what_they_cut()
    {
        Assert.All(Json("tree", s_stacks, "--depth", "2").GetProperty("nodes").EnumerateArray(), node => Assert.InRange(node.GetProperty("depth").GetInt32(), 0, 2));
        Assert.All(Json("tree", s_stacks, "--min", "50%").GetProperty("nodes").EnumerateArray(), node => Assert.InRange(node.GetProperty("share").GetDouble(), 0.5, 1));
        Assert.Matches("… [0-9]+ more: ", Output("tree", s_stacks, "--min", "50%"));
    }

    [Fact]
    public void A_table_has_all_sites_of_a_trace_and_of_its_report()
    {
        string report = Report(s_stacks);
        JsonElement root = JsonDocument.Parse(File.ReadAllText(report)).RootElement;
        foreach (string file in new[] { s_stacks, report })
            Assert.Equal(root.GetProperty("totals").GetProperty("requestedBytes").GetInt64(), Json("table", file).GetProperty("sites").EnumerateArray().Sum(site => site.GetProperty("requestedBytes").GetInt64()));
        Assert.Equal(JsonValueKind.Null, Json("table", report).GetProperty("sites")[0].GetProperty("temporaryBlocks").ValueKind);
    }

    [Fact]
    public void A_table_is_sorted_filtered_and_cut_off()
    {
        JsonElement sorted = Json("table", s_stacks, "--sort", "left", "--top", "3");
        long[] left = [.. sorted.GetProperty("sites").EnumerateArray().Select(site => site.GetProperty("liveRequestedBytes").GetInt64())];
        Assert.Equal(3, left.Length);
        Assert.Equal(left.OrderDescending(), left);
        Assert.Equal(11, sorted.GetProperty("sitesInAll").GetInt32());
        Assert.All(Json("table", s_stacks, "--filter", "MAKEORDER").GetProperty("sites").EnumerateArray(), site => Assert.Equal("makeOrder", site.GetProperty("method").GetString()));
        Assert.Contains("no site with 'nowhere'", Output("table", s_stacks, "--filter", "nowhere"));
        string[] names = [.. Json("table", s_stacks, "--sort", "site").GetProperty("sites").EnumerateArray().Select(site => site.GetProperty("display").GetString()!)];
        Assert.Equal(names.Order(StringComparer.Ordinal), names);
        Assert.Contains("failures  site", Output("table", s_stacks, "--sort", "failures"));
    }

    [Fact]
    public void More_blocks_are_temporary_the_more_may_be_between()
    {
        long last = -1;
        foreach (string within in new[] { "0", "1", "100000" })
        {
            long blocks = Json("temporary", s_stacks, "--within", within, "--top", "1000").GetProperty("sites").EnumerateArray().Sum(site => site.GetProperty("temporaryBlocks").GetInt64());
            Assert.True(blocks > last, $"{blocks} within {within}, {last} before");
            last = blocks;
        }
    }

    [Fact]
    public void A_summary_tells_the_same_of_a_trace_its_report_and_its_profile()
    {
        string report = Report(s_stacks), profile = Path.Combine(_folder, "orders.faultline.json");
        Output("replay", s_stacks, "--profile", profile);
        foreach (string file in new[] { s_stacks, report, profile })
        {
            string text = Output("summary", file);
            Assert.Contains("asked     1.14 MiB in 96 blocks at 11 call sites", text);
            Assert.Contains("20 of its 40 blocks were not freed", text);
            Assert.Equal(5, Json("summary", file).GetProperty("sites").GetArrayLength());
        }

        Assert.Contains("resident  not known", Output("summary", profile));
    }

    [Fact]
    public void A_pipe_gets_whole_lines_without_escapes_and_COLUMNS_breaks_them()
    {
        (int code, string output, string error) = ToolProcess.Run(new Dictionary<string, string> { ["COLUMNS"] = "", ["TERM"] = "xterm-256color" }, "summary", s_stacks);
        Assert.Equal((0, ""), (code, error));
        Assert.DoesNotContain('\e', output);
        Assert.Contains($"Faultline: ./orders, replayed from {s_stacks} (heaptrack trace, 150 events)\n", output);
        Assert.All(output.Split('\n'), line => Assert.Equal(line.TrimEnd(), line));
        string narrow = ToolProcess.Run(new Dictionary<string, string> { ["COLUMNS"] = "60" }, "table", s_stacks).Output;
        Assert.All(narrow.Split('\n'), line => Assert.InRange(line.Length, 0, 60));
    }

    [Theory]
    [InlineData("no file given: faultline summary <trace | report.json | profile>", "summary")]
    [InlineData("no file given: faultline temporary <trace>", "temporary")]
    [InlineData("more than one file given", "table", "a", "b")]
    [InlineData("no such file: none.fltrace", "tree", "none.fltrace")]
    [InlineData("is a folder", "summary", "FOLDER")]
    [InlineData("not a .fltrace, heaptrack, mtrace or text trace", "summary", "GARBAGE")]
    [InlineData("neither a report (run --json) nor a profile", "table", "JSON")]
    [InlineData("it is not JSON", "table", "BROKEN")]
    [InlineData("which does not say how long blocks lived: faultline temporary needs the trace", "temporary", "REPORT")]
    [InlineData("--metric temporary needs the trace", "tree", "REPORT", "--metric", "temporary")]
    [InlineData("--sort temporary needs the trace", "table", "REPORT", "--sort", "temporary")]
    [InlineData("--metric size is none of requested, blocks, resident", "tree", "x", "--metric", "size")]
    [InlineData("--depth 0 is not a number from 1 to 400", "tree", "x", "--depth", "0")]
    [InlineData("--min half is not a share: give 0% to 100%", "tree", "x", "--min", "half")]
    [InlineData("--min 101% is not a share", "tree", "x", "--min", "101%")]
    [InlineData("--sort size is none of faults, requested, usable", "table", "x", "--sort", "size")]
    [InlineData("--top 0 is not a positive number", "table", "x", "--top", "0")]
    [InlineData("--within -1 is not a number: give 0 or more", "temporary", "x", "--within", "-1")]
    [InlineData("unknown option --jsn (did you mean --json?)", "summary", "x", "--jsn")]
    public void Wrong_input_is_one_line(string message, params string[] arguments)
    {
        (int code, string output, string error) = Run([.. arguments.Select(argument => argument switch
        {
            "FOLDER" => _folder,
            "GARBAGE" => Write("garbage", "\0\0\0\0garbage"),
            "JSON" => Write("other.json", "{ \"a\": 1 }"),
            "BROKEN" => Write("broken.json", "{ \"schema\": 1,"),
            "REPORT" => Report(s_text),
            _ => argument,
        })]);
        Assert.Equal((2, ""), (code, output));
        Assert.Contains(message, Assert.Single(error.TrimEnd('\n').Split('\n')));
    }

    [Theory]
    [InlineData("summary", 3)]
    [InlineData("tree", 4)]
    [InlineData("table", 4)]
    [InlineData("temporary", 3)]
    public void The_help_s_examples_run(string verb, int count)
    {
        string report = Report(s_stacks);
        string[] examples = [.. Output(verb, "--help").Split('\n').Where(line => line.StartsWith($"  faultline {verb} ", StringComparison.Ordinal))];
        Assert.Equal(count, examples.Length);
        foreach (string example in examples)
            Output([.. example.Trim().Split(' ')[1..].Select(word => word == "report.json" ? report : word.EndsWith(".fltrace", StringComparison.Ordinal) || word.EndsWith(".zst", StringComparison.Ordinal) ? s_stacks : word)]);
    }

    private static JsonElement Json(params string[] arguments)
    {
        JsonElement root = JsonDocument.Parse(Output([.. arguments, "--json"])).RootElement;
        Assert.Equal((1, arguments[0]), (root.GetProperty("schema").GetInt32(), root.GetProperty("view").GetString()));
        return root;
    }

    private static string Output(params string[] arguments)
    {
        (int code, string output, string error) = Run(arguments);
        Assert.Equal((0, ""), (code, error));
        return output;
    }

    private static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        int code = FaultlineCommand.Run(arguments, output, error);
        return (code, output.ToString(), error.ToString());
    }

    private string Report(string trace)
    {
        string file = Path.Combine(_folder, Path.GetFileName(trace) + ".json");
        Output("replay", trace, "--json", "--output", file, "--force");
        return file;
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static string Fixture(string name) => Repository.Path(["tests", "Faultline.Tracing.Tests", .. name.Split('/')]);
}
