using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Flow.Ownership;

/// <summary>The statements by which a body is left. The graph has no operation for `return;`: it is found beside the condition before it.</summary>
internal sealed class WaysOut
{
    private readonly ControlFlowGraph _graph;

    public WaysOut(ControlFlowGraph graph) => _graph = graph;

    /// <summary>Null if the branch stays in the body.</summary>
    public SyntaxNode? Of(BasicBlock source, ControlFlowBranch branch)
    {
        if (branch.Semantics is ControlFlowBranchSemantics.Throw or ControlFlowBranchSemantics.Rethrow or ControlFlowBranchSemantics.Return)
            return StatementOf(source.BranchValue) ?? StatementOf(source.Operations.LastOrDefault());
        if (branch.Destination?.Kind != BasicBlockKind.Exit)
            return null;
        SyntaxNode? last = source.BranchValue?.Syntax;
        return last?.FirstAncestorOrSelf<IfStatementSyntax>() is { } condition && condition.Condition.Span.Contains(last.Span)
            && ReturnIn(condition) is { } found ? found : null;
    }

    /// <summary>The throw of an UnreachableException, and the one that stands for an arm which a switch expression does not have.</summary>
    public static bool IsNeverTaken(BasicBlock source, ControlFlowBranch branch)
        => branch.Semantics == ControlFlowBranchSemantics.Throw && source.BranchValue is { } thrown
            && Numbers.Constants.WithoutConversions(thrown) is IObjectCreationOperation creation
            && (creation.IsImplicit || creation.Type is { Name: "UnreachableException", ContainingNamespace.Name: "Diagnostics" });

    public static bool IsInCatch(BasicBlock block)
    {
        for (ControlFlowRegion? region = block.EnclosingRegion; region is { Kind: not ControlFlowRegionKind.Root }; region = region.EnclosingRegion)
        {
            if (region.Kind == ControlFlowRegionKind.Finally)
                return false;
            if (region.Kind is ControlFlowRegionKind.Catch or ControlFlowRegionKind.Filter)
                return true;
        }

        return false;
    }

    private SyntaxNode? StatementOf(IOperation? operation)
        => operation?.Syntax.FirstAncestorOrSelf<SyntaxNode>(node => node is ReturnStatementSyntax or ThrowStatementSyntax or ThrowExpressionSyntax or ArrowExpressionClauseSyntax);

    private static SyntaxNode? ReturnIn(IfStatementSyntax condition)
        => condition.Statement.DescendantNodesAndSelf().OfType<ReturnStatementSyntax>().FirstOrDefault()
            ?? condition.Else?.Statement.DescendantNodesAndSelf().OfType<ReturnStatementSyntax>().FirstOrDefault();
}
