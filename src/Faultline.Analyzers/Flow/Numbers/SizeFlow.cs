using System.Collections.Generic;
using Faultline.Analyzers.Context;
using Faultline.Api;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Flow.Numbers;

/// <summary>
/// What the arguments of each allocation call in a body, and the operands of the operators that are watched, can be over all visits:
/// in the body's own graph and those of its lambdas and local functions.
/// </summary>
internal sealed class SizeFlow
{
    private static readonly Dictionary<ILocalSymbol, Interval> NoLocals = new(SymbolEqualityComparer.Default);

    private readonly HashSet<SyntaxNode> _watched;

    private SizeFlow(HashSet<SyntaxNode> watched) => _watched = watched;

    /// <summary>By the syntax of the call; a call that is never reached is not in it.</summary>
    public Dictionary<SyntaxNode, Interval[]> Arguments { get; } = [];

    /// <summary>By the syntax of the operator; one that is never reached is not in it.</summary>
    public Dictionary<SyntaxNode, (Interval Left, Interval Right)> Operands { get; } = [];

    /// <param name="watched">The syntax of binary operators.</param>
    public static SizeFlow Solve(ControlFlowGraph graph, VariableUses uses, ISymbol owner, AllocationContext context, HashSet<SyntaxNode> watched)
    {
        SizeFlow flow = new(watched);
        flow.Solve(graph, NoLocals, uses, owner, context);
        return flow;
    }

    private void Solve(ControlFlowGraph graph, Dictionary<ILocalSymbol, Interval> outer, VariableUses uses, ISymbol owner, AllocationContext context)
    {
        SizeSolver solver = new(graph, new FollowedPlaces(graph, uses, owner, followFields: false), context, this);
        solver.Solve(outer);
        foreach (ControlFlowGraph nested in GraphForest.Nested(graph))
            Solve(nested, solver.Declared, uses, owner, context);
    }

    public void Record(IInvocationOperation call, Interval[] values)
    {
        if (!Arguments.TryGetValue(call.Syntax, out Interval[]? before))
        {
            Arguments.Add(call.Syntax, values);
            return;
        }

        for (int i = 0; i < values.Length; i++)
            before[i] = before[i].Join(values[i]);
    }

    public void Record(IBinaryOperation operation, Interval left, Interval right)
    {
        if (!_watched.Contains(operation.Syntax))
            return;
        Operands[operation.Syntax] = Operands.TryGetValue(operation.Syntax, out (Interval Left, Interval Right) before)
            ? (before.Left.Join(left), before.Right.Join(right)) : (left, right);
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
