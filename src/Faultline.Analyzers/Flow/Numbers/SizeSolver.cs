using System.Collections.Generic;
using Faultline.Analyzers.Context;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Flow.Numbers;

/// <summary>Solves one control-flow graph for the values of its integers and lengths, then reads off what the allocation calls are given.</summary>
internal sealed class SizeSolver : ForwardSolver<Knowledge<Interval>>
{
    private readonly NumberEvaluator _evaluator;
    private readonly FollowedPlaces _places;
    private readonly KnownTypes _types;
    private readonly SizeFlow _flow;
    private WideningSteps? _steps;

    public SizeSolver(ControlFlowGraph graph, FollowedPlaces places, AllocationContext context, SizeFlow flow)
        : base(graph)
    {
        _flow = flow;
        _places = places;
        _types = context.Types;
        _evaluator = new NumberEvaluator(context, places);
    }

    /// <summary>The values of locals that are never written again, which lambdas and local functions see too.</summary>
    public Dictionary<ILocalSymbol, Interval> Declared { get; } = new(SymbolEqualityComparer.Default);

    public void Solve(IReadOnlyDictionary<ILocalSymbol, Interval> outer)
    {
        Knowledge<Interval> entry = Knowledge<Interval>.Nothing;
        foreach (KeyValuePair<ILocalSymbol, Interval> known in outer)
            entry = entry.Set(_places.Of(known.Key), known.Value);
        base.Solve(entry);

        foreach (KeyValuePair<ILocalSymbol, Interval> known in outer)
            Declared[known.Key] = known.Value;
        _evaluator.OnAllocation = _flow.Record;
        _evaluator.OnOperands = _flow.Record;
        _evaluator.OnDeclared = (local, value) => Declared[local] = Declared.TryGetValue(local, out Interval before) ? before.Join(value) : value;
        Replay();
    }

    protected override Knowledge<Interval> Run(IOperation operation, Knowledge<Interval> state)
    {
        _evaluator.State = state;
        _evaluator.Evaluate(operation);
        return _evaluator.State;
    }

    protected override Knowledge<Interval>? Assume(IOperation condition, bool holds, Knowledge<Interval> state)
    {
        _evaluator.State = state;
        return Conditions.Assume(_evaluator, _places, condition, holds);
    }

    /// <summary>Any operation can: a call, a division, a null. Nothing that follows depends on being exact here.</summary>
    protected override bool MayThrow(IOperation operation) => true;

    protected override Knowledge<Interval> Leave(ControlFlowRegion region, Knowledge<Interval> state) => _places.Leave(region, state);

    protected override Knowledge<Interval> Join(Knowledge<Interval> left, Knowledge<Interval> right)
        => left.Merge(right, (int place, Interval mine, Interval theirs, out Interval merged) =>
        {
            merged = mine.Join(theirs);
            return RangeOf(place) is not { } range || !range.Equals(merged);
        });

    protected override Knowledge<Interval> Widen(Knowledge<Interval> before, Knowledge<Interval> after, bool atOnce)
    {
        _steps ??= new WideningSteps(Graph);
        return after.Merge(before, (int place, Interval now, Interval was, out Interval merged) =>
        {
            merged = now;
            if (RangeOf(place) is not { } range)
                return false;
            merged = atOnce ? WideningSteps.ToEnds(was, now, range) : _steps.Widen(was, now, range);
            return !range.Equals(merged);
        });
    }

    private Interval? RangeOf(int place) => _places.SymbolOf(place) switch
    {
        ILocalSymbol local => Measured.RangeOf(local.Type, _types),
        IParameterSymbol parameter => Measured.RangeOf(parameter.Type, _types),
        _ => null,
    };
}
