using Faultline.Analyzers.Tests.Support;
using Faultline.TestSupport;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Faultline.Analyzers.Tests.Rules;

/// <summary>Every analyzer over code that is right: the correctness rules must be silent.</summary>
public class ValidCodeTests
{
    private static readonly CSharpCompilation s_code = Inspect.Compile(
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable),
        Directory.GetFiles(Repository.Path("tests", "ValidCode"), "*.cs").Order(StringComparer.Ordinal).Select(path => (Path.GetFileName(path), File.ReadAllText(path))));

    /// <summary>That an int could overflow is as true of good code: there it may be suggested to compute the size in 64 bits.</summary>
    [Fact]
    public void No_correctness_rule_reports_anything()
    {
        Assert.Empty(s_code.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error));
        Assert.Equal("", string.Join('\n', Inspect.Run(s_code).Where(d => d.Id.StartsWith("FLT1", StringComparison.Ordinal) && d is not { Id: "FLT1010", Severity: DiagnosticSeverity.Info })));
    }

    /// <summary>Silence must not come from there being nothing to see.</summary>
    [Fact]
    public void The_code_has_many_members_that_handle_blocks()
    {
        string[] names = ["Alloc", "Realloc", "Free", "malloc", "calloc", "realloc", "free", "mmap", "memalign", "StringTo", "New", "Text", "Delete"];
        int members = s_code.SyntaxTrees.SelectMany(tree => tree.GetRoot().DescendantNodes().OfType<MemberDeclarationSyntax>())
            .Count(member => member is BaseMethodDeclarationSyntax or BaseFieldDeclarationSyntax or PropertyDeclarationSyntax
                && member.DescendantNodes().OfType<InvocationExpressionSyntax>().Any(call => names.Any(name => call.Expression.ToString().Contains(name))));
        Assert.InRange(members, 80, int.MaxValue);
    }
}
