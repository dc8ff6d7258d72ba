using System.Text.Json;
using Faultline.TestSupport;

namespace Faultline.Tool.Tests.WhatIf;

/// <summary>The verb's table, its JSON, what it advises, the same settings on the real library, and wrong input.</summary>
public sealed class WhatIfVerbTests : IDisposable
{
    private static readonly string[] s_vary = ["--vary", "malloc.arena_max=1,2,8", "--vary", "malloc.mmap_threshold=64K,128K,1M,dynamic"];

    private readonly string _folder = Directory.CreateTempSubdirectory("faultline-tests-").FullName;
    private readonly string _program;

    public WhatIfVerbTests()
    {
        _program = Path.Combine(_folder, "fragmenting.trace");
        FragmentingProgram.Write(_program);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_table_of_a_fragmenting_program_is_known()
    {
        string table = Output(["whatif", _program, .. s_vary, "--jobs", "3"]);
        Snapshot.Match("Faultline.Tool.Tests", "whatif-fragmenting.txt", table.Replace(_folder + "/", ""));
        Assert.Equal(table, Output(["whatif", _program, .. s_vary, "--jobs", "1"]));
    }

    [RealLibcFact]
    public void The_best_setting_is_the_best_on_the_real_library_too_and_faults_are_the_same()
    {
        using JsonDocument document = JsonDocument.Parse(Output(["whatif", _program, .. s_vary, "--real", "--json"]));
        JsonElement root = document.RootElement;
        Assert.True(root.GetProperty("realBestAgrees").GetBoolean());
        Assert.Equal(13, root.GetProperty("rows").GetArrayLength());
        foreach (JsonElement row in root.GetProperty("rows").EnumerateArray())
        {
            JsonElement real = row.GetProperty("real");
            Assert.Equal(row.GetProperty("minorFaults").GetUInt64(), real.GetProperty("minorFaults").GetUInt64());
            Assert.Equal(row.GetProperty("endRssBytes").GetUInt64(), real.GetProperty("endRssBytes").GetUInt64());
            Assert.Equal(row.GetProperty("peakRssBytes").GetUInt64(), real.GetProperty("peakRssBytes").GetUInt64());
        }

        JsonElement[] rows = [.. root.GetProperty("rows").EnumerateArray()];
        JsonElement best = rows.Single(row => row.GetProperty("best").GetBoolean());
        Assert.Equal(1, best.GetProperty("settings").GetProperty("malloc.arena_max").GetInt32());
        double recorded = rows[0].GetProperty("real").GetProperty("peakRssBytes").GetDouble(), chosen = best.GetProperty("real").GetProperty("peakRssBytes").GetDouble();
        Assert.True(chosen < recorded * 0.8, $"{chosen} bytes under the best setting, {recorded} as recorded");
    }

    [RealLibcFact]
    public void The_real_figures_stand_beside_the_model_s()
    {
        string text = Output("whatif", _program, "--vary", "arena_max=1", "--real");
        Assert.Contains("Beside a real process for each row (glibc 2.36", text);
        Assert.Contains("is also the real one's", text);
    }

    [Theory]
    [InlineData("Traces/real-make.trace.gz", "declared")]
    [InlineData("Recordings/orders.heaptrack.zst", "assumed: the trace has no touches; every block counts as written")]
    [InlineData("Recordings/orders.mtrace", "assumed")]
    public void Any_trace_that_replay_reads_can_be_varied(string trace, string touches)
    {
        string text = Output("whatif", Fixture(trace), "--vary", "malloc.top_pad=0,1M", "--vary", "cpus=1,4");
        Assert.Contains($"touches {touches}", OneLine(text));
        Assert.Contains("malloc.top_pad=1M cpus=4", text);
        Assert.Contains("5 times", OneLine(text));
        Assert.Contains("as recorded: malloc.top_pad=default cpus=2", text);
        Assert.NotEqual(Output("whatif", Fixture("Recordings/orders.mtrace"), "--vary", "thp=always", "--touches", "none"), Output("whatif", Fixture("Recordings/orders.mtrace"), "--vary", "thp=always"));
    }

    [Fact]
    public void Options_of_replay_hold_for_all_rows()
    {
        string text = Output("whatif", Fixture("Traces/mt-first.trace.gz"), "--vary", "malloc.arena_max=1,3", "--thp", "always", "--arena-max", "3");
        Assert.Contains("as given: malloc.arena_max=3", text);
        Assert.Contains("2 times", OneLine(text));
    }

    [Fact]
    public void The_json_has_rows_and_what_to_set()
    {
        string file = Path.Combine(_folder, "whatif.json");
        Assert.Equal("", Output("whatif", _program, "--vary", "malloc.arena_max=1", "--vary", "thp=never", "--json", "--output", file, "--best-by", "faults"));
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(file));
        JsonElement root = document.RootElement, best = root.GetProperty("best");
        Assert.Equal("faults", root.GetProperty("bestBy").GetString());
        Assert.Equal((1, "GLIBC_TUNABLES=glibc.malloc.arena_max=1"), (best.GetProperty("row").GetInt32(), best.GetProperty("environment").GetString()));
        Assert.Contains("PR_SET_THP_DISABLE", best.GetProperty("machine")[0].GetString());
        Assert.Equal("never", root.GetProperty("rows")[1].GetProperty("settings").GetProperty("thp").GetString());
        Assert.True(root.GetProperty("rows")[0].GetProperty("baseline").GetBoolean());
        Assert.Contains("exists", ErrorOf("whatif", _program, "--vary", "thp=never", "--output", file));
    }

    [Theory]
    [InlineData("nothing to vary: give --vary")]
    [InlineData("no such setting (did you mean malloc.arena_max?); there are malloc.arena_max, malloc.arena_test", "--vary", "malloc.arenamax=1")]
    [InlineData("no such setting; there are", "--vary", "colour=1")]
    [InlineData("'0' is not allowed; it takes numbers from 1 to 2147483647, or default (not set)", "--vary", "arena_max=0")]
    [InlineData("'sometimes' is not allowed; it takes never, madvise, always", "--vary", "thp=never,sometimes")]
    [InlineData("'default' is not allowed; it takes never, madvise, always", "--vary", "thp=default")]
    [InlineData("'64Q' is not allowed; it takes sizes such as 65536, 64K or 1M, or dynamic (not set)", "--vary", "malloc.mmap_threshold=64Q")]
    [InlineData("'2000' is not allowed; it takes sizes from 0 to 1032, or default (not set)", "--vary", "tcache_max=2000")]
    [InlineData("'1K' is not allowed; it takes sizes from 64M to 8T", "--vary", "ram=1K")]
    [InlineData("no value; malloc.perturb takes numbers from 0 to 255", "--vary", "perturb")]
    [InlineData("an empty value; cpus takes", "--vary", "cpus=1,,2")]
    [InlineData("--vary thp is given twice", "--vary", "thp=never", "--vary", "thp=always")]
    [InlineData("6 combinations are more than --max-combinations 5", "--vary", "cpus=1,2,3", "--vary", "thp=never,always", "--max-combinations", "5")]
    [InlineData("--best-by looks is none of rss, end, faults, syscalls, fragmentation, time", "--vary", "cpus=1", "--best-by", "looks")]
    [InlineData("--jobs 99 is not a number from 1 to 32", "--vary", "cpus=1", "--jobs", "99")]
    [InlineData("leave --vary thp out", "--vary", "thp=never", "--real")]
    [InlineData("--real-run needs the program's command line at the end: -- dotnet app.dll", "--vary", "arena_max=1", "--real-run")]
    [InlineData("cannot start no-such-program", "--vary", "arena_max=1", "--real-run", "--", "no-such-program")]
    [InlineData("true ended with code 0 and left no figures: it has to be a .NET program", "--vary", "arena_max=1", "--real-run", "--", "true")]
    [InlineData("give one of them", "--vary", "arena_max=1", "--real", "--real-run", "--", "true")]
    [InlineData("leave --vary cpus out", "--vary", "cpus=1", "--real-run", "--", "true")]
    [InlineData("--repeats 0 is not a number from 1 to 1000", "--vary", "arena_max=1", "--repeats", "0")]
    [InlineData("there is nothing real beside --best-by time", "--vary", "arena_max=1", "--real", "--best-by", "time")]
    [InlineData("has its own", "--vary", "arena_max=1", "--touches", "none")]
    public void Wrong_usage_is_one_line(string expected, params string[] options) => Assert.Contains(expected, ErrorOf(["whatif", _program, .. options]));

    [Fact]
    public void A_trace_that_cannot_be_read_is_one_line()
    {
        Assert.Contains("no such file", ErrorOf("whatif", Path.Combine(_folder, "nowhere"), "--vary", "thp=never"));
        Assert.Contains("no trace given", ErrorOf("whatif", "--vary", "thp=never"));
        Assert.Contains("is a folder", ErrorOf("whatif", _folder, "--vary", "thp=never"));
    }

    [Fact]
    public void A_row_without_memory_is_told_and_not_best()
    {
        string trace = Path.Combine(_folder, "big.trace");
        File.WriteAllText(trace, "a 0 100000000\nt 0 0 100000000\nf 0\n");
        string text = Output("whatif", trace, "--vary", "ram=64M,1G");
        Assert.Contains("1 allocation failed", text);
        Assert.Contains("the program did not get its memory: the row is never best", text);
        Assert.Contains("as recorded. Nothing to set.", text.ReplaceLineEndings(" "));
    }

    [Fact]
    public void The_help_s_examples_parse()
    {
        string[] examples = [.. Output("whatif", "--help").Split('\n').Where(l => l.StartsWith("  faultline whatif ", StringComparison.Ordinal))];
        Assert.Equal(8, examples.Length);
        foreach (string example in examples)
            Assert.Contains("no such file", ErrorOf(example.Trim().Replace("whatif.json", Path.Combine(_folder, "x.json")).Split(' ')[1..]));
    }

    private static string Output(params string[] arguments)
    {
        (int code, string output, string error) = Run(arguments);
        Assert.Equal((0, ""), (code, error));
        return output;
    }

    /// <summary>Lines are broken where the trace's path lets them: what stands across a break is looked for in one line.</summary>
    private static string OneLine(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static string ErrorOf(params string[] arguments)
    {
        (int code, string output, string error) = Run(arguments);
        Assert.Equal((2, ""), (code, output));
        return Assert.Single(error.TrimEnd('\n').Split('\n'));
    }

    private static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        int code = FaultlineCommand.Run(arguments, output, error);
        return (code, output.ToString(), error.ToString());
    }

    private static string Fixture(string name) => Repository.Path(["tests", "Faultline.Tracing.Tests", .. name.Split('/')]);
}
