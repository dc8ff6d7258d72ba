using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.MSBuild;
using Microsoft.CodeAnalysis.Text;

namespace Faultline.Editor.Tests;

/// <summary>
/// The measured loop: a program is run with a profile, and its build and the editor show at the lines what was measured; lines above move the
/// diagnostics along; a changed call has none.
/// </summary>
public sealed class MeasuredLoopTests : IDisposable
{
    private static readonly string s_tenLinesLower = string.Concat(Enumerable.Repeat("// a line above\n", 10)) + MeasuredProject.Source;
    private static readonly string s_changed = MeasuredProject.Source.Replace("100 + i", "200 + i").Replace("300_000", "400_000");

    private static readonly string[] s_expected = ["11 FLT2001", "11 FLT2002", "12 FLT0002", "12 FLT2001"];
    private static readonly string[] s_lower = ["21 FLT2001", "21 FLT2002", "22 FLT0002", "22 FLT2001"];

    private readonly MeasuredProject _project = new();

    public void Dispose() => _project.Dispose();

    [Fact]
    public async Task Measured_costs_come_back_at_their_lines_follow_edits_and_fall_silent()
    {
        _project.Run();

        Assert.Equal(s_expected, Measured(_project.Build(MeasuredProject.Source)));
        Assert.Equal(s_lower, Measured(_project.Build(s_tenLinesLower)));
        Assert.Empty(Measured(_project.Build(s_changed)));

        // In the editor the file on disk does not matter: the document is edited in memory.
        using MSBuildWorkspace workspace = MSBuildWorkspace.Create(new Dictionary<string, string> { ["Configuration"] = "Release" });
        Project project = await workspace.OpenProjectAsync(_project.ProjectPath);
        Document program = project.Documents.Single(document => document.Name == "Program.cs");
        Assert.Equal(s_expected, await InEditor(program, MeasuredProject.Source));
        Assert.Equal(s_lower, await InEditor(program, s_tenLinesLower));
        Assert.Empty(await InEditor(program, s_changed));

        ImmutableArray<Diagnostic> found = await EditorSession.DiagnosticsOf(program.WithText(SourceText.From(MeasuredProject.Source)));
        Assert.Contains("8 of its 8 blocks (828 bytes) had not been freed", found.Single(d => d.Id == "FLT2002").GetMessage());
        Assert.Contains("8 blocks of 300,000 bytes", found.Last(d => d.Id == "FLT2001").GetMessage());
        Assert.Contains("asks for 300,000 bytes (measured)", found.Single(d => d.Id == "FLT0002").GetMessage());
    }

    /// <summary>FLT0002 is measured here too: the source alone does not say how much it asks for.</summary>
    private static string[] Measured(IEnumerable<string> lines) => [.. lines.Where(line => line.EndsWith("FLT0002", StringComparison.Ordinal) || line.Contains(" FLT2", StringComparison.Ordinal))];

    private static async Task<string[]> InEditor(Document document, string text)
    {
        ImmutableArray<Diagnostic> found = await EditorSession.DiagnosticsOf(document.WithText(SourceText.From(text)));
        return Measured(found.Select(d => $"{d.Location.GetLineSpan().StartLinePosition.Line + 1} {d.Id}").Order(StringComparer.Ordinal));
    }
}
