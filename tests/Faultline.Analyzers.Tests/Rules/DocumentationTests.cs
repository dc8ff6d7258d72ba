using Faultline.TestSupport;
using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Tests.Rules;

/// <summary>Ids, titles, severities and pages say the same everywhere.</summary>
public class DocumentationTests
{
    private static readonly string[] Sections = ["## Cause", "## Cost", "## Fix", "## Example", "## Configuration"];

    public static TheoryData<string> Ids => [.. Descriptors.Select(d => d.Id)];

    private static IEnumerable<DiagnosticDescriptor> Descriptors => new FaultlineAnalyzer().SupportedDiagnostics;

    [Theory]
    [MemberData(nameof(Ids))]
    public void Each_rule_has_a_page_that_fits_its_descriptor(string id)
    {
        DiagnosticDescriptor rule = Descriptors.Single(d => d.Id == id);
        string[] page = File.ReadAllLines(Page(id));
        Assert.Equal($"# {id}: {rule.Title}", page[0]);
        Assert.Contains($"| Category | {rule.Category} |", page);
        Assert.Contains($"| Severity | {rule.DefaultSeverity} |", page);
        Assert.Equal(Sections, page.Where(line => line.StartsWith("## ")));
        Assert.Contains(page, line => line.Contains($"dotnet_diagnostic.{id}.severity"));
        Assert.Equal($"src/Faultline.Analyzers/Rules/{id}.md", rule.HelpLinkUri);
        Assert.False(string.IsNullOrEmpty(rule.Description.ToString()));
    }

    [Fact]
    public void Each_page_has_a_rule()
        => Assert.Equal(
            Descriptors.Select(d => d.Id).Order(),
            Directory.GetFiles(Path.GetDirectoryName(Page(""))!, "*.md").Select(Path.GetFileNameWithoutExtension).Order());

    [Fact]
    public void The_release_notes_list_each_rule()
    {
        string[] lines = File.ReadAllLines(Repository.Path("src", "Faultline.Analyzers", "AnalyzerReleases.Unshipped.md"));
        foreach (DiagnosticDescriptor rule in Descriptors)
            Assert.Contains($"{rule.Id} | {rule.Category} | {rule.DefaultSeverity} | {rule.Title}", lines);
    }

    [Fact]
    public void The_readme_links_each_page()
    {
        string readme = File.ReadAllText(Repository.Path("src", "Faultline.Analyzers", "README.md"));
        foreach (DiagnosticDescriptor rule in Descriptors)
            Assert.Contains($"[{rule.Id}](Rules/{rule.Id}.md)", readme);
    }

    /// <summary>FLT0xxx cost, FLT10xx correctness, FLT11xx usage, FLT2xxx measured.</summary>
    [Theory]
    [MemberData(nameof(Ids))]
    public void Numbers_fit_categories(string id)
    {
        string expected = id[3..5] switch { "00" => "Performance", "10" => "Reliability", "11" => "Usage", _ => "Measured" };
        Assert.Equal(expected, Descriptors.Single(d => d.Id == id).Category);
    }

    private static string Page(string id) => Repository.Path("src", "Faultline.Analyzers", "Rules", id + ".md");
}
