using System.Collections.Generic;
using Faultline.Analyzers.Context;
using Faultline.Api;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Flow.Numbers;

/// <summary>What the arguments of each allocation call in a body can be: the body's own graph and those of its lambdas and local functions.</summary>
internal static class SizeFlow
{
    private static readonly Dictionary<ILocalSymbol, Interval> NoLocals = new(SymbolEqualityComparer.Default);

    /// <summary>By the syntax of the call; a call that is never reached is not in it.</summary>
    public static Dictionary<SyntaxNode, Interval[]> Solve(ControlFlowGraph graph, VariableUses uses, ISymbol owner, AllocationContext context)
    {
        Dictionary<SyntaxNode, Interval[]> found = [];
        Solve(graph, NoLocals, uses, owner, context, found);
        return found;
    }

    private static void Solve(
        ControlFlowGraph graph, Dictionary<ILocalSymbol, Interval> outer, VariableUses uses, ISymbol owner, AllocationContext context,
        Dictionary<SyntaxNode, Interval[]> found)
    {
        SizeSolver solver = new(graph, new FollowedPlaces(graph, uses, owner, followFields: false), context);
        solver.Solve(outer);
        foreach (KeyValuePair<IInvocationOperation, Interval[]> call in solver.Calls)
            found[call.Key.Syntax] = call.Value;
        foreach (ControlFlowGraph nested in GraphForest.Nested(graph))
            Solve(nested, solver.Declared, uses, owner, context, found);
    }

    /// <summary>The same without a graph, for a call whose size, alignment and text are constants; null if one is not.</summary>
    public static Interval[]? OfConstants(AllocationCall call)
    {
        Interval[] values = new Interval[call.Invocation.TargetMethod.Parameters.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = Interval.Everything;
            if (call.Api.Roles[i] is ParameterRole.Block or ParameterRole.OutBlock)
                continue;
            IOperation? argument = AllocationCall.ArgumentAt(call.Invocation, i);
            if (argument != null && Constants.Read(argument) is { } value)
                values[i] = value;
            else if (argument == null || !Constants.IsNull(argument))
                return null;
        }

        return values;
    }
}
