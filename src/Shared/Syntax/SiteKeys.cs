// The one computation of site keys, over a syntax tree alone: the rules have a call's symbol, the tool that reads a program's symbol file
// has a line, and both must come to the same key. Nothing is bound here.

using System.Collections.Generic;
using System.Linq;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Faultline.Sites;

/// <summary>Makes the key of a call, and finds what it is made of.</summary>
internal static class SiteKeys
{
    /// <summary>The key of a call of an API with that display name ("NativeMemory.Alloc", "malloc").</summary>
    public static SiteKey Of(InvocationExpressionSyntax call, string api)
    {
        string statement = TextOf(StatementOf(call));
        int ordinal = CallsLike(call).Count(other => other.Span.End < call.Span.End && TextOf(StatementOf(other)) == statement);
        return new SiteKey(call.SyntaxTree.FilePath, MemberNames.Of(call), statement, api, ordinal);
    }

    /// <summary>
    /// The statement that a call belongs to: the innermost one, but of a statement with a body (if, for, using …) only the part outside of
    /// it; the expression of a lambda or of a member; a field's declarator.
    /// </summary>
    public static SyntaxNode StatementOf(SyntaxNode call)
    {
        SyntaxNode current = call;
        while (current.Parent is { } parent)
        {
            if (parent is StatementSyntax)
                return HasBody(parent) ? current : parent;
            if (parent is LambdaExpressionSyntax or ArrowExpressionClauseSyntax or MemberDeclarationSyntax or ConstructorInitializerSyntax or PrimaryConstructorBaseTypeSyntax
                || parent is VariableDeclarationSyntax { Parent: BaseFieldDeclarationSyntax })
                return current;
            current = parent;
        }

        return current;
    }

    /// <summary>Whether a statement contains others: its text is then not the call's.</summary>
    public static bool HasBody(SyntaxNode statement) => statement
        is BlockSyntax or IfStatementSyntax or WhileStatementSyntax or DoStatementSyntax or ForStatementSyntax or CommonForEachStatementSyntax or SwitchStatementSyntax
        or UsingStatementSyntax or LockStatementSyntax or FixedStatementSyntax or CheckedStatementSyntax or UnsafeStatementSyntax or LabeledStatementSyntax
        or TryStatementSyntax or LocalFunctionStatementSyntax;

    /// <summary>The simple name under which something is called.</summary>
    public static string? NameOf(InvocationExpressionSyntax call) => call.Expression switch
    {
        SimpleNameSyntax name => name.Identifier.ValueText,
        MemberAccessExpressionSyntax access => access.Name.Identifier.ValueText,
        MemberBindingExpressionSyntax binding => binding.Name.Identifier.ValueText,
        AliasQualifiedNameSyntax alias => alias.Name.Identifier.ValueText,
        _ => null,
    };

    /// <summary>The tokens with one space between them: comments and layout do not count, nor what stands in the block of a lambda.</summary>
    private static string TextOf(SyntaxNode statement)
    {
        StringBuilder text = new();
        foreach (SyntaxToken token in statement.DescendantTokens(node => node is not BlockSyntax))
            text.Append(token.Text).Append(' ');
        return text.ToString();
    }

    /// <summary>The calls of the same name in the same member.</summary>
    private static IEnumerable<InvocationExpressionSyntax> CallsLike(InvocationExpressionSyntax call)
    {
        string? name = NameOf(call);
        SyntaxNode member = MemberNames.DeclarationOf(call);
        IEnumerable<SyntaxNode> nodes = member is CompilationUnitSyntax
            ? member.ChildNodes().OfType<GlobalStatementSyntax>().SelectMany(statement => statement.DescendantNodes())
            : member.DescendantNodes();
        return nodes.OfType<InvocationExpressionSyntax>().Where(other => NameOf(other) == name);
    }
}
