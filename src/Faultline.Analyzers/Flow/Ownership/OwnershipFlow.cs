using System.Collections.Generic;
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

    public static OwnershipFlow Solve(IOperation root, ControlFlowGraph graph, VariableUses uses, ISymbol owner, AllocationContext context, OwnershipOptions options)
    {
        OwnershipFlow flow = new();
        flow.SolveAll(graph, uses, owner, context, options, new CapturedVariables(root, context));
        return flow;
    }

    private void SolveAll(ControlFlowGraph graph, VariableUses uses, ISymbol owner, AllocationContext context, OwnershipOptions options, CapturedVariables captures)
    {
        OwnershipSolver solver = new(graph, new FollowedPlaces(graph, uses, owner, followFields: true), new OwnershipScope(context, options, captures));
        solver.Solve(World.Empty);
        Findings.AddRange(solver.Log.Findings);
        Leaks.AddRange(solver.Log.Leaks);
        Stores.AddRange(solver.Log.Stores);
        foreach (ControlFlowGraph nested in GraphForest.Nested(graph))
            SolveAll(nested, uses, owner, context, options, captures);
    }
}
