// Where a local that owns a block can be freed once, at the end of its scope. Nothing is offered where that could change what the program
// does: the local must keep its value, a free inside of the scope must be the last thing but for leaving it, and labels and local functions
// cannot move into a try.

using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Faultline.CodeFixes;

/// <summary>The declaration of a local that is given a block, and the statements behind it in its scope.</summary>
internal sealed class OwnedScope
{
    private OwnedScope(LocalDeclarationStatementSyntax declaration, BlockSyntax block, ILocalSymbol local)
    {
        Declaration = declaration;
        Block = block;
        Local = local;
        Index = block.Statements.IndexOf(declaration);
        Rest = [.. block.Statements.Skip(Index + 1)];
    }

    public LocalDeclarationStatementSyntax Declaration { get; }

    public BlockSyntax Block { get; }

    public ILocalSymbol Local { get; }

    public int Index { get; }

    public List<StatementSyntax> Rest { get; }

    /// <summary>The statements in the scope that free the block; they become the finally's.</summary>
    public HashSet<SyntaxNode> Frees { get; } = [];

    /// <summary>Null unless the allocation, but for casts, is all that a local variable of a block is initialised with.</summary>
    public static OwnedScope? Of(SyntaxNode allocation, SemanticModel model, CancellationToken cancel)
    {
        SyntaxNode value = allocation;
        while (value.Parent is CastExpressionSyntax or ParenthesizedExpressionSyntax)
            value = value.Parent;
        if (value.Parent is not EqualsValueClauseSyntax
            {
                Parent: VariableDeclaratorSyntax { Parent: VariableDeclarationSyntax { Variables.Count: 1, Parent: LocalDeclarationStatementSyntax { Parent: BlockSyntax block } declaration } } variable,
            }
            || !declaration.UsingKeyword.IsKind(SyntaxKind.None) || model.GetDeclaredSymbol(variable, cancel) is not ILocalSymbol local)
            return null;
        OwnedScope scope = new(declaration, block, local);
        return scope.Rest.Count > 0 && scope.Rest.All(MayMove) ? scope : null;
    }

    /// <summary>Finds the frees; false if the local is written, goes out of sight, or is freed where something else follows.</summary>
    public bool MayFreeAtEnd(IMethodSymbol deallocator, SemanticModel model, CancellationToken cancel)
    {
        foreach (IdentifierNameSyntax name in Rest.SelectMany(statement => statement.DescendantNodes().OfType<IdentifierNameSyntax>()))
        {
            if (name.Identifier.ValueText != Local.Name || !SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(name, cancel).Symbol, Local))
                continue;
            if (IsWritten(name) || name.Ancestors().TakeWhile(outer => outer != Block).Any(outer => outer is AnonymousFunctionExpressionSyntax))
                return false;
            if (name.FirstAncestorOrSelf<ExpressionStatementSyntax>() is not { Expression: InvocationExpressionSyntax call } statement
                || model.GetSymbolInfo(call, cancel).Symbol is not IMethodSymbol called || !SymbolEqualityComparer.Default.Equals(called, deallocator))
                continue;
            if (!IsLast(statement))
                return false;
            Frees.Add(statement);
        }

        return Rest.Count > Frees.Count(Rest.Contains);
    }

    private static bool MayMove(StatementSyntax statement)
        => !statement.DescendantNodesAndSelf().Any(node => node is LabeledStatementSyntax or LocalFunctionStatementSyntax) && !statement.ContainsDirectives;

    private static bool IsWritten(IdentifierNameSyntax name) => name.Parent switch
    {
        AssignmentExpressionSyntax assignment => assignment.Left == name,
        ArgumentSyntax argument => !argument.RefOrOutKeyword.IsKind(SyntaxKind.None),
        PrefixUnaryExpressionSyntax prefix => prefix.IsKind(SyntaxKind.AddressOfExpression) || prefix.IsKind(SyntaxKind.PreIncrementExpression) || prefix.IsKind(SyntaxKind.PreDecrementExpression),
        PostfixUnaryExpressionSyntax or RefExpressionSyntax => true,
        _ => false,
    };

    /// <summary>Behind it the scope is left: by its end, a return or a throw. What is returned is not computed from the block: it is gone by then.</summary>
    private bool IsLast(StatementSyntax free)
    {
        if (free.Parent is not BlockSyntax around || free.Ancestors().TakeWhile(outer => outer != Block).Any(IsLoop))
            return false;
        StatementSyntax[] behind = [.. around.Statements.Skip(around.Statements.IndexOf(free) + 1)];
        return behind.Length == 0 ? around == Block : behind[behind.Length - 1] is ReturnStatementSyntax or ThrowStatementSyntax && behind.Length == 1;
    }

    private static bool IsLoop(SyntaxNode node) => node is ForStatementSyntax or CommonForEachStatementSyntax or WhileStatementSyntax or DoStatementSyntax or SwitchStatementSyntax or TryStatementSyntax;
}
