using System.Text.RegularExpressions;
using Faultline.TestSupport;

namespace Faultline.Architecture.Tests;

/// <summary>House rules that a machine can check.</summary>
public partial class LintTests
{
    private const int MaxLines = 300;

    private static readonly string[] TextFiles = [".cs", ".md", ".csproj", ".props", ".targets", ".json", ".config", ".sln", ".sh", ".editorconfig", ".c", ".yml"];

    private static IEnumerable<string> Sources => SourceTree.Files().Where(file => file.EndsWith(".cs", StringComparison.Ordinal));

    [Fact]
    public void No_source_file_is_longer_than_three_hundred_lines()
        => AssertNone(Sources.Select(file => (file, Lines: File.ReadLines(Repository.Path(file)).Count())).Where(entry => entry.Lines > MaxLines)
            .Select(entry => $"{entry.file}: {entry.Lines} lines"));

    [Fact]
    public void Nothing_is_left_unimplemented() => AssertNone(Matches(Sources, Unfinished()));

    [Fact]
    public void No_path_of_a_developer_s_machine_is_written_down()
        => AssertNone(Matches(SourceTree.Files().Where(file => TextFiles.Contains(Path.GetExtension(file)) || file.StartsWith(".ci/", StringComparison.Ordinal)), MachinePath()));

    [Fact]
    public void Every_project_has_a_readme()
        => AssertNone(ProjectFile.Below("src").Select(project => Path.Combine(Path.GetDirectoryName(project.Path)!, "README.md")).Where(readme => !File.Exists(readme))
            .Select(readme => Path.GetRelativePath(Repository.Root, readme)));

    [Fact]
    public void Links_between_pages_lead_somewhere()
    {
        List<string> broken = [];
        foreach (string page in SourceTree.Files().Where(file => file.EndsWith(".md", StringComparison.Ordinal)))
            foreach (Match link in Link().Matches(WithoutCode(File.ReadAllText(Repository.Path(page)))))
                if (!Resolves(page, link.Groups[1].Value))
                    broken.Add($"{page}: {link.Groups[1].Value}");
        AssertNone(broken);
    }

    [Theory]
    [InlineData("a file under /wor" + "k/wt", true)]
    [InlineData("\"/tm" + "p/x\"", true)]
    [InlineData("src/work" + "/x", false)]
    [InlineData("${HOME}/tm" + "p/x", false)]
    public void The_pattern_for_machine_paths_finds_them(string text, bool found) => Assert.Equal(found, MachinePath().IsMatch(text));

    [Theory]
    [InlineData("throw new NotImplemented" + "Exception();", true)]
    [InlineData("// TO" + "DO: later", true)]
    [InlineData("// the TO" + "DOS attack", false)]
    public void The_pattern_for_unfinished_code_finds_it(string text, bool found) => Assert.Equal(found, Unfinished().IsMatch(text));

    private static bool Resolves(string page, string target)
    {
        if (target.Contains("://", StringComparison.Ordinal) || target.StartsWith("mailto:", StringComparison.Ordinal))
            return true;
        string[] parts = target.Split('#', 2);
        string path = parts[0].Length == 0 ? Repository.Path(page) : Path.Combine(Path.GetDirectoryName(Repository.Path(page))!, Uri.UnescapeDataString(parts[0]));
        if (!File.Exists(path) && !Directory.Exists(path))
            return false;
        return parts.Length == 1 || !path.EndsWith(".md", StringComparison.Ordinal) || Headings(path).Contains(parts[1]);
    }

    /// <summary>Anchors as GitHub makes them: lower case, spaces to hyphens, punctuation dropped.</summary>
    private static IEnumerable<string> Headings(string path)
        => File.ReadLines(path).Where(line => line.StartsWith('#')).Select(line => Punctuation().Replace(line.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-'));

    private static string WithoutCode(string page) => Code().Replace(page, "");

    private static IEnumerable<string> Matches(IEnumerable<string> files, Regex pattern)
        => files.SelectMany(file => File.ReadLines(Repository.Path(file)).Select((line, i) => (line, i)).Where(entry => pattern.IsMatch(entry.line))
            .Select(entry => $"{file}:{entry.i + 1}: {entry.line.Trim()}"));

    private static void AssertNone(IEnumerable<string> findings) => Assert.True(!findings.Any(), string.Join('\n', findings));

    // The patterns are broken up so that they do not find themselves.
    [GeneratedRegex("NotImplemented" + @"Exception|\b(TO" + @"DO|FIX" + @"ME|HA" + @"CK)\b")]
    private static partial Regex Unfinished();

    [GeneratedRegex(@"(?<![\w.$}*)])/(?:wor" + @"k|roo" + @"t|tm" + @"p)/\w")]
    private static partial Regex MachinePath();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex Punctuation();

    [GeneratedRegex(@"(?ms)^```.*?^```|`[^`\n]*`")]
    private static partial Regex Code();
}
