using System.Collections.Generic;
using System.Linq;
using Faultline.Analyzers.Context;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;

namespace Faultline.Analyzers.Flow.Ownership;

/// <summary>What is wrong with the blocks of one body, its lambdas and its local functions.</summary>
internal sealed class OwnershipFlow
{
    public List<Finding> Findings { get; } = [];

    public List<Leak> Leaks { get; } = [];

    public List<FieldStore> Stores { get; } = [];

    /// <summary>What the calls that free or resize are given.</summary>
    public List<GivenBlocks> Given { get; } = [];

    /// <summary>By the allocating call.</summary>
    public Dictionary<SyntaxNode, BlockLife> Lives { get; } = [];

    public static OwnershipFlow Solve(IOperation root, ControlFlowGraph graph, VariableUses uses, ISymbol owner, AllocationContext context, OwnershipOptions options)
    {
        OwnershipFlow flow = new();
        flow.SolveAll(graph, uses, owner, context, options, new CapturedVariables(root, context), endsWithProcess: context.IsEntryPoint(owner));
        return flow;
    }

    /// <param name="endsWithProcess">What is alive at the end of a program's Main or top-level statements, the process's end frees.</param>
    private void SolveAll(ControlFlowGraph graph, VariableUses uses, ISymbol owner, AllocationContext context, OwnershipOptions options, CapturedVariables captures,
        bool endsWithProcess)
    {
        FollowedPlaces places = new(graph, uses, owner, followFields: true, followMembers: true);
        OwnershipScope scope = new(context, options, captures, new ReadingDepth());
        OwnershipSolver solver = new(graph, places, scope);
        solver.Solve(World.Empty);
        Findings.AddRange(solver.Log.Findings);
        Leaks.AddRange(solver.Log.Leaks.Where(leak => leak.IsInside || !endsWithProcess));
        Stores.AddRange(solver.Log.Stores);
        Given.AddRange(solver.Log.Given);
        foreach (BlockLife life in solver.Log.Lives)
            Lives[life.Call] = life;
        if (graph.Parent == null && DisposeMethods.MayRunTwice(owner))
            RunAgain(solver, new OwnershipSolver(graph, places, scope));
        foreach (ControlFlowGraph nested in GraphForest.Nested(graph))
            SolveAll(nested, uses, owner, context, options, captures, endsWithProcess: false);
    }

    /// <summary>A second call finds the object's fields as the first has left them.</summary>
    private void RunAgain(OwnershipSolver first, OwnershipSolver second)
    {
        if (first.AfterEnd() is not { IsEmpty: false } entry)
            return;
        second.SolveFrom(entry);
        foreach (Finding finding in second.Log.Findings)
        {
            if (finding.Kind != FindingKind.FreedTwice || Findings.Exists(found => found.Kind == finding.Kind && found.Syntax == finding.Syntax))
                continue;
            finding.IsInSecondCall = true;
            Findings.Add(finding);
        }
    }
}
