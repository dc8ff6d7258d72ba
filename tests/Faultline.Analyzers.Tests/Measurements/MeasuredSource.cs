using System.Collections.Immutable;
using Faultline.Analyzers.Tests.Support;
using Faultline.Sites;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Faultline.Analyzers.Tests.Measurements;

/// <summary>A source with one call of an allocation API, a profile that has measured it, and what the rules say of another source by that profile.</summary>
internal static class MeasuredSource
{
    public const string Assembly = "Inspected";

    /// <summary>A profile of the calls of an API in a source, all with the same figures.</summary>
    public static string Profile(string source, string figures, string api = "NativeMemory.Alloc", string assembly = Assembly)
    {
        string name = api[(api.LastIndexOf('.') + 1)..];
        IEnumerable<string> sites = CSharpSyntaxTree.ParseText(source, path: "src/Test.cs").GetRoot().DescendantNodes().OfType<InvocationExpressionSyntax>()
            .Where(call => SiteKeys.NameOf(call) == name)
            .Select(call => $$"""{ "key": "{{SiteKeys.Of(call, api).Text}}", "assembly": "{{assembly}}", "file": "../there/Test.cs", {{figures}} }""");
        return $$"""
            { "schema": 1, "kind": "faultline-profile", "program": "App.dll", "totals": { "pinnedOfHeapPages": 512 }, "sites": [ {{string.Join(",", sites)}} ] }
            """;
    }

    /// <summary>Ids, lines and messages, by place.</summary>
    public static string[] Diagnostics(string source, string profile, params string[] ids)
        => [.. Run(source, ("App.faultline.json", profile)).Where(d => ids.Contains(d.Id)).Select(d => $"{d.Location.GetLineSpan().StartLinePosition.Line + 1} {d.Id} {d.GetMessage()}")];

    public static ImmutableArray<Diagnostic> Run(string source, params (string Path, string Text)[] files)
    {
        CSharpCompilation compilation = Inspect.Compile(new(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true), [("elsewhere/Test.cs", source)]);
        Assert.Empty(compilation.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error));
        return Inspect.Run(compilation, null, [.. files.Select(file => (AdditionalText)new Text(file.Path, file.Text))]);
    }

    private sealed class Text(string path, string text) : AdditionalText
    {
        public override string Path => path;

        public override SourceText GetText(CancellationToken cancellationToken = default) => SourceText.From(text);
    }
}
