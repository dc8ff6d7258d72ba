using System.IO.Compression;
using System.Text;
using Faultline.TestSupport;

namespace Faultline.Tool.Tests.Transcripts;

/// <summary>The verb prints what lies beside the committed traces, and names what is wrong with any other file in one line.</summary>
public sealed class TranscriptVerbTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("faultline-tests-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("real-ls")]
    [InlineData("gen-edge")]
    [InlineData("mt-first")]
    public void Prints_what_the_real_libc_did(string name)
    {
        (int code, string output, string error) = Run("transcript", Fixture(name + ".trace.gz"));
        Assert.Equal((0, ""), (code, error));
        Assert.Equal(Unpacked(Fixture(name + ".expect.gz")), output);
    }

    [Theory]
    [InlineData("libc-memalign")]
    [InlineData("mt-first")]
    public void Prints_what_another_libc_did(string name)
        => Assert.Equal((0, Unpacked(Fixture(name + ".glibc-2.41.expect.gz")), ""), Run("transcript", "--libc", "glibc-2.41", Fixture(name + ".trace.gz")));

    [Fact]
    public void Writes_a_file_and_overwrites_it_only_when_told_to()
    {
        string file = Path.Combine(_folder, "out.txt"), trace = Fixture("real-ls.trace.gz");
        Assert.Equal((0, "", ""), Run("transcript", trace, "--output", file));
        Assert.Equal(Unpacked(Fixture("real-ls.expect.gz")), File.ReadAllText(file));
        File.WriteAllText(file, "precious");
        Assert.Contains("exists: give another name, or --force", ErrorOf("transcript", trace, "--output", file));
        Assert.Equal("precious", File.ReadAllText(file));
        Assert.Equal(0, Run("transcript", trace, "--output", file, "--force").Code);
        Assert.Single(Directory.EnumerateFileSystemEntries(_folder));
    }

    [Theory]
    [InlineData("a 0 100\nq 1\n", ":2: unknown operation 'q 1'")]
    [InlineData("a 0\n", ":1: 'a' needs 2 numbers, got 'a 0'")]
    [InlineData("a 0 1\nf 0\nf 0\n", ":3: block 0 is freed and does not live in 'f 0'")]
    [InlineData("", ": no operation in it")]
    public void A_bad_line_is_told_with_file_number_and_text(string text, string message)
    {
        string file = Path.Combine(_folder, "bad.trace"), output = Path.Combine(_folder, "out");
        File.WriteAllText(file, text);
        Assert.Contains(file + message, ErrorOf("transcript", file, "--output", output));
        Assert.False(File.Exists(output));
    }

    [Fact]
    public void Wrong_usage_is_one_line()
    {
        Assert.Contains("no trace given", ErrorOf("transcript"));
        Assert.Contains("more than one trace", ErrorOf("transcript", "a", "b"));
        Assert.Contains("no such file: nowhere.trace", ErrorOf("transcript", "nowhere.trace"));
        Assert.Contains("is a folder", ErrorOf("transcript", _folder));
        Assert.Contains("unknown option --foo", ErrorOf("transcript", "--foo"));
        Assert.Contains("--libc glibc-2.35 is none of glibc-2.36, ", ErrorOf("transcript", "--libc", "glibc-2.35", "a"));
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

    private static string Fixture(string name) => Repository.Path("tests", "Faultline.Tracing.Tests", "Traces", name);

    private static string Unpacked(string path)
    {
        using GZipStream content = new(File.OpenRead(path), CompressionMode.Decompress);
        using StreamReader reader = new(content, Encoding.Latin1);
        return reader.ReadToEnd();
    }
}
