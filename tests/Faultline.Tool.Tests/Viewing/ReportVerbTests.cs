namespace Faultline.Tool.Tests.Viewing;

/// <summary>faultline report: its file and its words. What is on the page is tested in Faultline.Reporting.Tests and Faultline.Browser.Tests.</summary>
public sealed class ReportVerbTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("faultline-tests-").FullName;
    private readonly string _trace;

    public ReportVerbTests()
    {
        _trace = Path.Combine(_folder, "short.trace");
        File.WriteAllText(_trace, "a 1 5000\nt 1 0 5000\nf 1\na 2 70000\n");
    }

    private string Page => Path.Combine(_folder, "page.html");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void It_writes_one_file_and_says_how_large_it_is_and_what_to_do_with_it()
    {
        (int code, string output, string error) = Run("report", _trace, "-o", Page, "--title", "A heading");
        Assert.Equal((0, ""), (code, output));
        Assert.Matches($@"^faultline: {System.Text.RegularExpressions.Regex.Escape(Page)} \([0-9]+\.[0-9] MiB\): open it in a browser\n$", error);
        Assert.Contains("<title>A heading</title>", File.ReadAllText(Page));
        Assert.Equal(["page.html", "short.trace"], Directory.EnumerateFileSystemEntries(_folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_file_is_not_overwritten_but_when_told_to()
    {
        File.WriteAllText(Page, "precious");
        Assert.Equal((2, "", $"faultline: --output {Page} exists: give another name, or --force to overwrite it\n"), Run("report", _trace, "-o", Page));
        Assert.Equal("precious", File.ReadAllText(Page));
        Assert.Equal(0, Run("report", _trace, "-o", Page, "--force").Code);
        Assert.StartsWith("<!DOCTYPE html>", File.ReadAllText(Page));
    }

    [Theory]
    [InlineData("(")]
    [InlineData("x*")]
    [InlineData(@"(a)\1")]
    public void A_pattern_that_cannot_be_used_is_one_line(string pattern)
    {
        (int code, string output, string error) = Run("report", _trace, "-o", Page, "--confidential", pattern);
        Assert.Equal((2, ""), (code, output));
        Assert.StartsWith($"faultline: --confidential '{pattern}' is no pattern that can be used: ", error);
        Assert.Equal(1, error.Count('\n'));
        Assert.False(File.Exists(Page));
    }

    [Fact]
    public void A_confidential_name_is_not_in_the_page()
    {
        Assert.Equal(0, Run("report", _trace, "-o", Page, "--title", "Contoso.Ledger", "--confidential", "Contoso").Code);
        string page = File.ReadAllText(Page);
        Assert.DoesNotContain("Contoso", page);
        Assert.Contains("<title>name-1</title>", page);
    }

    [Theory]
    [InlineData("no trace at all\n")]
    [InlineData("")]
    public void What_is_no_trace_leaves_no_page(string text)
    {
        File.WriteAllText(_trace, text);
        (int code, string output, string error) = Run("report", _trace, "-o", Page);
        Assert.Equal((2, ""), (code, output));
        Assert.StartsWith("faultline: ", error);
        Assert.Contains("short.trace", error);
        Assert.Equal(1, error.Count('\n'));
        Assert.Equal(["short.trace"], Directory.EnumerateFileSystemEntries(_folder).Select(Path.GetFileName));
    }

    [Fact]
    public void One_trace_has_to_be_named()
    {
        Assert.Equal((2, "", "faultline: more than one trace given: faultline report <trace>\n"), Run("report", _trace, _trace));
        Assert.Equal((2, "", "faultline: no trace given: faultline report <trace>\n"), Run("report"));
    }

    private static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        int code = FaultlineCommand.Run(arguments, output, error);
        return (code, output.ToString(), error.ToString());
    }
}
