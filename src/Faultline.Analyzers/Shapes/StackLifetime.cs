// Whether a block could live on the stack. Its lifetime must end in the method: it is freed there, whatever path is taken. That the pointer
// is passed on is no obstacle, since nobody can keep it beyond the free; that it is stored, returned or wrapped is, and so is a path on
// which a callee may have taken the block over. In a loop each pass would take more stack; lambdas, iterators and async methods have
// their own ideas of how long a local lives.

using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Shapes;

/// <summary>Conditions for stackalloc.</summary>
internal static class StackLifetime
{
    public static bool Fits(BlockLocal block, SymbolUses uses)
    {
        SyntaxNode call = block.Call.Syntax;
        if (block.IsResized || block.Frees.Count == 0 || call.FirstAncestorOrSelf<BlockSyntax>() is not { } scope || !FitsAt(call))
            return false;
        if (!block.Frees.Any(free => Loops.RunsAlways(free.Syntax, scope, block.Local.Name) && free.Syntax.SpanStart > call.SpanStart))
            return false;
        HashSet<SyntaxNode> frees = [.. block.Frees.Select(free => free.Syntax)];
        IOperation[] others = [.. block.Uses.Where(use => !frees.Contains(CallOf(use)!))];
        PointerUseKind[] kinds = [.. others.SelectMany(use => KindsOf(use, uses, depth: 2))];
        return !kinds.Contains(PointerUseKind.Other) && (!kinds.Contains(PointerUseKind.Passed) || !MayLeaveBefore(block, scope));
    }

    /// <summary>Not in a loop, and in a function whose locals are on the stack.</summary>
    public static bool FitsAt(SyntaxNode call) => Loops.Around(call) == null && IsPlainFunction(call);

    /// <summary>A lambda or local function in the same function may see the pointer.</summary>
    public static bool IsBesideFunction(SyntaxNode call)
        => call.AncestorsAndSelf().First(outer => Loops.IsFunction(outer) || outer is CompilationUnitSyntax).DescendantNodes().Any(inner => inner is AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax);

    /// <summary>The declaration, then the statements that free; null where one of them does not stand by itself.</summary>
    public static StatementSyntax[]? RewritableParts(BlockLocal block)
    {
        if (!block.IsDeclaredWithBlock)
            return null;
        if (block.Call.Syntax.FirstAncestorOrSelf<LocalDeclarationStatementSyntax>() is not { Parent: BlockSyntax, Declaration.Variables.Count: 1 } declaration || IsInHandler(declaration))
            return null;
        List<StatementSyntax> parts = [declaration];
        foreach (var free in block.Frees)
        {
            if (FreeStatement.Of(free.Syntax, block.Local.Name) is not { } statement)
                return null;
            parts.Add(statement);
        }

        return [.. parts];
    }

    private static SyntaxNode? CallOf(IOperation use) => Addresses.Outermost(use).Parent is IArgumentOperation { Parent: IInvocationOperation call } ? call.Syntax : null;

    /// <summary>A copy in another local is used as that local is.</summary>
    private static IEnumerable<PointerUseKind> KindsOf(IOperation use, SymbolUses uses, int depth)
    {
        if (depth > 0 && Addresses.Outermost(use).Parent is IVariableInitializerOperation { Parent: IVariableDeclaratorOperation declarator } && uses.OnlyValueOf(declarator.Symbol) != null)
            return uses.Of(declarator.Symbol).SelectMany(copy => KindsOf(copy, uses, depth - 1));
        return [PointerUse.Of(use)];
    }

    /// <summary>stackalloc is not allowed in a catch or finally.</summary>
    private static bool IsInHandler(SyntaxNode node) => node.Ancestors().TakeWhile(outer => !Loops.IsFunction(outer)).Any(outer => outer is CatchClauseSyntax or FinallyClauseSyntax);

    private static bool MayLeaveBefore(BlockLocal block, BlockSyntax scope)
    {
        if (block.Frees.Any(free => free.Syntax.FirstAncestorOrSelf<FinallyClauseSyntax>() != null))
            return false;
        int end = block.Frees.Max(free => free.Syntax.SpanStart);
        return scope.DescendantNodes(node => node == scope || !Loops.IsFunction(node))
            .Any(node => node.SpanStart > block.Call.Syntax.SpanStart && node.SpanStart < end && node is ReturnStatementSyntax or BreakStatementSyntax or ContinueStatementSyntax);
    }

    private static bool IsPlainFunction(SyntaxNode node)
    {
        SyntaxNode function = node.AncestorsAndSelf().First(outer => Loops.IsFunction(outer) || outer is CompilationUnitSyntax);
        bool isAsync = function switch
        {
            AnonymousFunctionExpressionSyntax => true,
            LocalFunctionStatementSyntax local => local.Modifiers.Any(SyntaxKind.AsyncKeyword),
            MethodDeclarationSyntax method => method.Modifiers.Any(SyntaxKind.AsyncKeyword),
            _ => false,
        };
        return !isAsync && !function.DescendantNodes(inner => inner == function || !Loops.IsFunction(inner) || inner is GlobalStatementSyntax)
            .Any(inner => inner is YieldStatementSyntax or AwaitExpressionSyntax || inner is GotoStatementSyntax { CaseOrDefaultKeyword.RawKind: 0 });
    }
}
