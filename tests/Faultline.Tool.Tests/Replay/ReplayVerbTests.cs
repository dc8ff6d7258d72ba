using System.Text.Json;
using Faultline.TestSupport;

namespace Faultline.Tool.Tests.Replay;

/// <summary>The verb's report, in both forms, of whole and damaged traces, and what it says about wrong input.</summary>
public sealed class ReplayVerbTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("faultline-tests-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("Traces/real-make.trace.gz", "text trace", "touches     declared", "real-make.trace.gz!trace")]
    [InlineData("Recordings/orders.heaptrack.zst", "heaptrack trace", "touches     assumed", "orders.cpp:31 makeBuffer")]
    [InlineData("Recordings/orders.mtrace", "mtrace trace", "touches     assumed", "orders!0x12c4")]
    public void Reports_a_trace_and_twice_with_the_same_bytes(string trace, string source, string touches, string site)
    {
        (int code, string output, string error) = Run("replay", Fixture(trace));
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("replayed    ", output);
        Assert.Contains(source, output);
        Assert.Contains(touches, output);
        Assert.Contains(site, output);
        Assert.Contains("Next: ", output);
        Assert.DoesNotContain("real (observed)", output);
        Assert.Equal(output, Run("replay", Fixture(trace)).Output);
    }

    [Fact]
    public void The_libc_is_the_one_asked_for_and_named()
    {
        string trace = Fixture("Traces/libc-calloc-bins.trace.gz"), usual = Run("replay", trace).Output, other = Run("replay", "--libc", "glibc-2.41", trace).Output;
        Assert.Contains("libc        glibc-2.36 (simulated)", usual);
        Assert.Contains("libc        glibc-2.41 (simulated)", other);
        Assert.NotEqual(usual.Replace("glibc-2.36", "glibc-2.41"), other);
    }

    [Fact]
    public void The_json_has_the_same_figures_and_sites_add_up()
    {
        (int code, string output, _) = Run("replay", "--json", "--ram", "1GiB", "--cpus", "4", "--thp", "never", Fixture("Recordings/orders.heaptrack.zst"));
        Assert.Equal(0, code);
        JsonElement root = JsonDocument.Parse(output).RootElement;
        Assert.Equal("heaptrack", root.GetProperty("replay").GetProperty("source").GetString());
        Assert.Equal("assumed", root.GetProperty("replay").GetProperty("touches").GetString());
        Assert.Equal(1L << 30, root.GetProperty("profile").GetProperty("ramBytes").GetInt64());
        Assert.Equal(4, root.GetProperty("profile").GetProperty("cpus").GetInt32());
        Assert.Equal("never", root.GetProperty("profile").GetProperty("thp").GetString());
        Assert.Equal(JsonValueKind.Null, root.GetProperty("processes").GetProperty("real").ValueKind);
        JsonElement process = root.GetProperty("totals").GetProperty("process");
        Assert.Equal(0, process.GetProperty("unattributedFaults").GetInt64());
        long sites = root.GetProperty("sites").EnumerateArray().Sum(site => site.GetProperty("minorFaults").GetInt64());
        Assert.Equal(process.GetProperty("minorFaults").GetInt64(), sites + process.GetProperty("allocatorFaults").GetInt64());
    }

    [Fact]
    public void Settings_change_the_replay_and_are_named()
    {
        string trace = Fixture("Traces/mt-first.trace.gz");
        Assert.Contains("6 arenas", Run("replay", trace).Output);
        string one = Run("replay", trace, "--arena-max", "1").Output;
        Assert.Contains("1 arena, ", one);
        Assert.Contains("glibc.malloc.arena_max=1", one);
        Assert.NotEqual(Run("replay", trace).Output, Run("replay", trace, "--tunables", "glibc.malloc.mmap_threshold=8192").Output);
        string untouched = Run("replay", Fixture("Recordings/orders.mtrace"), "--touches", "none").Output;
        Assert.Contains("touches     none", untouched);
    }

    [Fact]
    public void A_damaged_trace_is_replayed_up_to_there()
    {
        string file = Path.Combine(_folder, "bad.trace");
        File.WriteAllText(file, "a 0 100\nt 0 0 100\nnonsense here\n");
        (int code, string output, string error) = Run("replay", file);
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("(text trace, 2 events)", output);
        Assert.Contains("The trace is damaged; what comes before was replayed (line 3:", output.ReplaceLineEndings(" "));

        byte[] whole = File.ReadAllBytes(Fixture("Traces/real-make.trace.gz"));
        string cut = Path.Combine(_folder, "cut.trace.gz");
        File.WriteAllBytes(cut, whole[..(whole.Length / 2)]);
        Assert.Contains("The trace is damaged", Run("replay", cut).Output);
    }

    /// <summary>Of a compressed recording nothing may be readable before the damage: then it is refused, in one line too.</summary>
    [Theory]
    [InlineData("orders.heaptrack.zst")]
    [InlineData("orders.heaptrack.raw.zst")]
    [InlineData("invoices.heaptrack.gz")]
    [InlineData("orders.mtrace")]
    public void A_recording_that_is_cut_or_changed_says_so_in_one_line(string name)
    {
        byte[] whole = File.ReadAllBytes(Fixture("Recordings/" + name));
        string file = Path.Combine(_folder, name);
        for (int part = 1; part < 8; part++)
        {
            int place = whole.Length * part / 8;
            File.WriteAllBytes(file, whole[..place]);
            AssertTold(file);
            byte[] changed = [.. whole];
            changed[place] ^= 0xff;
            File.WriteAllBytes(file, changed);
            AssertTold(file);
        }
    }

    private static void AssertTold(string file)
    {
        (int code, string output, string error) = Run("replay", file);
        Assert.True(code is 0 or 2, error);
        string[] lines = code == 2 ? error.TrimEnd('\n').Split('\n') : [.. output.Split('\n').Where(line => line.StartsWith("data ", StringComparison.Ordinal))];
        string line = Assert.Single(lines);
        Assert.True(code == 0 || line.StartsWith("faultline: ", StringComparison.Ordinal), line);
        Assert.DoesNotContain("unexpected", line);
    }

    [Fact]
    public void Writes_a_file_and_overwrites_it_only_when_told_to()
    {
        string file = Path.Combine(_folder, "report.json"), trace = Fixture("Traces/real-ls.trace.gz");
        Assert.Equal((0, "", ""), Run("replay", trace, "--json", "--output", file));
        Assert.Equal(Run("replay", trace, "--json").Output, File.ReadAllText(file));
        Assert.Contains("exists: give another name, or --force", ErrorOf("replay", trace, "--output", file));
        Assert.Equal(0, Run("replay", trace, "--output", file, "--force").Code);
        Assert.StartsWith("Faultline: real-ls.trace.gz", File.ReadAllText(file));
    }

    [Fact]
    public void Wrong_usage_and_what_is_no_trace_is_one_line()
    {
        string trace = Fixture("Traces/real-ls.trace.gz"), junk = Path.Combine(_folder, "junk"), cut = Path.Combine(_folder, "cut.zst");
        File.WriteAllBytes(junk, [0, 1, 2, 3]);
        File.WriteAllBytes(cut, File.ReadAllBytes(Fixture("Recordings/orders.heaptrack.zst"))[..900]);
        Assert.Contains("not a .fltrace, heaptrack, mtrace or text trace", ErrorOf("replay", junk));
        Assert.Contains("zstd data is cut off", ErrorOf("replay", cut));
        Assert.Contains("no trace given", ErrorOf("replay"));
        Assert.Contains("no such file: nowhere", ErrorOf("replay", "nowhere"));
        Assert.Contains("is a folder", ErrorOf("replay", _folder));
        Assert.Contains("has its own", ErrorOf("replay", trace, "--touches", "none"));
        Assert.Contains("outside of 64MiB to 8TiB", ErrorOf("replay", trace, "--ram", "1K"));
        Assert.Contains("--thp sometimes is none of", ErrorOf("replay", trace, "--thp", "sometimes"));
        Assert.Contains("is no setting that glibc's malloc takes", ErrorOf("replay", trace, "--tunables", "glibc.malloc.arena_maxx=1"));
        Assert.Contains("is not modelled", ErrorOf("replay", trace, "--tunables", "glibc.malloc.hugetlb=1"));
    }

    private static string ErrorOf(params string[] arguments)
    {
        (int code, string output, string error) = Run(arguments);
        Assert.Equal((2, ""), (code, output));
        Assert.Single(error.TrimEnd('\n').Split('\n'));
        return error;
    }

    private static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        int code = FaultlineCommand.Run(arguments, output, error);
        return (code, output.ToString(), error.ToString());
    }

    private static string Fixture(string name) => Repository.Path(["tests", "Faultline.Tracing.Tests", .. name.Split('/')]);
}
