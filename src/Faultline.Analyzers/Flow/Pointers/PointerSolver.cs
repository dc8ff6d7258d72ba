using System.Collections.Generic;
using Faultline.Analyzers.Context;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;

namespace Faultline.Analyzers.Flow.Pointers;

/// <summary>Solves one control-flow graph for the origins of its pointers, then reads off what each call frees or resizes.</summary>
internal sealed class PointerSolver : ForwardSolver<Knowledge<Origins>>
{
    private readonly PointerEvaluator _evaluator;
    private readonly FollowedPlaces _places;
    private readonly Dictionary<SyntaxNode, Release?> _releases;

    private PointerSolver(ControlFlowGraph graph, FollowedPlaces places, AllocationContext context, Dictionary<SyntaxNode, Release?> releases)
        : base(graph)
    {
        _releases = releases;
        _places = places;
        _evaluator = new PointerEvaluator(context, places);
    }

    /// <summary>The releases whose block's origins are known on every path, in a graph and those nested in it.</summary>
    public static IEnumerable<Release> Solve(ControlFlowGraph graph, VariableUses uses, ISymbol owner, AllocationContext context)
    {
        Dictionary<SyntaxNode, Release?> releases = [];
        SolveAll(graph, uses, owner, context, releases);
        foreach (Release? release in releases.Values)
            if (release != null)
                yield return release;
    }

    private static void SolveAll(ControlFlowGraph graph, VariableUses uses, ISymbol owner, AllocationContext context, Dictionary<SyntaxNode, Release?> releases)
    {
        PointerSolver solver = new(graph, new FollowedPlaces(graph, uses, owner, followFields: true), context, releases);
        solver.Solve(Knowledge<Origins>.Nothing);
        solver._evaluator.OnRelease = solver.Record;
        solver.Replay();
        foreach (ControlFlowGraph nested in GraphForest.Nested(graph))
            SolveAll(nested, uses, owner, context, releases);
    }

    protected override Knowledge<Origins> Run(IOperation operation, Knowledge<Origins> state)
    {
        _evaluator.State = state;
        _evaluator.Evaluate(operation);
        return _evaluator.State;
    }

    /// <summary>Which branch is taken says nothing about where a pointer came from.</summary>
    protected override Knowledge<Origins>? Assume(IOperation condition, bool holds, Knowledge<Origins> state) => state;

    protected override bool MayThrow(IOperation operation) => true;

    protected override Knowledge<Origins> Leave(ControlFlowRegion region, Knowledge<Origins> state) => _places.Leave(region, state);

    protected override Knowledge<Origins> Join(Knowledge<Origins> left, Knowledge<Origins> right)
        => left.Merge(right, (int place, Origins mine, Origins theirs, out Origins merged) =>
        {
            merged = mine.Join(theirs);
            return true;
        });

    /// <summary>Origins are as many as there are calls in the body: joining alone comes to an end.</summary>
    protected override Knowledge<Origins> Widen(Knowledge<Origins> before, Knowledge<Origins> after, bool atOnce) => after;

    /// <summary>A call that is visited with an unknown block once stays unknown.</summary>
    private void Record(AllocationCall call, Origins? origins)
    {
        if (origins == null)
            _releases[call.Syntax] = null;
        else if (!_releases.TryGetValue(call.Syntax, out Release? release))
            _releases.Add(call.Syntax, new Release(call, origins));
        else
            release?.Join(origins);
    }
}
