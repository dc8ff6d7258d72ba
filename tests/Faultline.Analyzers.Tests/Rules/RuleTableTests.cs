// Which tests each rule has, read from the tests' own source: what must be reported, what must not, the fix, and fix-all. A rule that
// lacks a kind fails here, by name. Tests say what they are by the start of their name; the tables of shapes name the rules in their rows.

using System.Text.RegularExpressions;
using Faultline.CodeFixes;
using Faultline.TestSupport;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Faultline.Analyzers.Tests.Rules;

public partial class RuleTableTests
{
    /// <summary>The start of a test's name → the kind of test it is.</summary>
    private static readonly (string Prefix, string Kind)[] s_kinds =
        [("Diagnostics", "warn"), ("Message", "warn"), ("Warn", "warn"), ("A_bad_value", "warn"), ("Valid", "quiet"), ("Quiet", "quiet"), ("A_good_value", "quiet"), ("CodeFix", "fix"), ("FixAll", "fix-all")];

    private static readonly string[] s_ownership = ["FLT1001", "FLT1002", "FLT1003", "FLT1004", "FLT1005", "FLT1007", "FLT1008", "FLT1009", "FLT1013"];

    private static readonly ILookup<string, string> s_table = Read().ToLookup(row => row.Id, row => row.Kind);

    private static readonly HashSet<string> s_fixable = [.. typeof(HoistFix).Assembly.GetTypes()
        .Where(type => type.IsSubclassOf(typeof(CodeFixProvider)) && !type.IsAbstract)
        .SelectMany(type => ((CodeFixProvider)Activator.CreateInstance(type)!).FixableDiagnosticIds)];

    public static TheoryData<string> Ids => [.. new FaultlineAnalyzer().SupportedDiagnostics.Select(rule => rule.Id).Distinct()];

    [Theory]
    [MemberData(nameof(Ids))]
    public void Each_rule_has_tests_of_each_kind(string id)
    {
        string[] expected = s_fixable.Contains(id) ? ["fix", "fix-all", "quiet", "warn"] : ["quiet", "warn"];
        Assert.Equal((id, string.Join(", ", expected)), (id, string.Join(", ", s_table[id].Distinct().Order(StringComparer.Ordinal))));
    }

    /// <summary>The ids a test is about: those in its rows and calls, else its class's own.</summary>
    private static IEnumerable<(string Id, string Kind)> Read()
    {
        foreach (string file in Directory.GetFiles(Repository.Path("tests", "Faultline.Analyzers.Tests"), "*.cs", SearchOption.AllDirectories))
            foreach (MethodDeclarationSyntax test in CSharpSyntaxTree.ParseText(File.ReadAllText(file)).GetRoot().DescendantNodes().OfType<MethodDeclarationSyntax>())
                if (test.AttributeLists.SelectMany(list => list.Attributes).Any(attribute => attribute.Name.ToString() is "Fact" or "Theory") && KindOf(test) is { } kind)
                    foreach (string id in IdsOf(test, kind))
                        yield return (id, kind);
    }

    private static string? KindOf(MethodDeclarationSyntax test)
        => s_kinds.FirstOrDefault(kind => test.Identifier.ValueText.StartsWith(kind.Prefix, StringComparison.Ordinal)).Kind;

    private static IEnumerable<string> IdsOf(MethodDeclarationSyntax test, string kind)
    {
        if (kind == "quiet" && test.ToString().Contains("Owned.Quiet", StringComparison.Ordinal))
            return s_ownership;
        string[] named = [.. test.DescendantNodes().OfType<LiteralExpressionSyntax>().Select(literal => literal.Token.ValueText).Where(text => Id().IsMatch(text)).SelectMany(text => text.Split(' '))];
        return named.Length > 0 ? named : ((ClassDeclarationSyntax)test.Parent!).Members.OfType<FieldDeclarationSyntax>()
            .SelectMany(field => field.Declaration.Variables).Where(variable => variable.Identifier.ValueText == "Id")
            .Select(variable => ((LiteralExpressionSyntax)variable.Initializer!.Value).Token.ValueText);
    }

    [GeneratedRegex(@"^FLT\d{4}( FLT\d{4})*$")]
    private static partial Regex Id();
}
