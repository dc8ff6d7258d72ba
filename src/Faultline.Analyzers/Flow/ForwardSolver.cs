// A forward data-flow solver over Roslyn's ControlFlowGraph.
//
// That graph has two gaps that a solver has to fill. It draws no edge from a call to the handlers around it: an operation that may
// throw flows into every catch, and into the innermost finally, of the try regions that hold it. And a branch that leaves a try does
// not lead through the finally blocks but only lists them: the way leads into the first, from its end into the next, and from the
// last to the branch's target (see FlowContext).

using System.Collections.Generic;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;

namespace Faultline.Analyzers.Flow;

/// <summary>
/// Finds the least state, or with widening one not much above it, that holds at the start of each block. A state is immutable;
/// null stands for "not reached".
/// </summary>
internal abstract class ForwardSolver<TState>
    where TState : class
{
    private const int VisitsBeforeWidening = 3;
    private const int VisitsBeforeEnd = 10;

    private readonly HandlerMap _handlers = new();
    private readonly NodeStates<TState> _states;
    private readonly FlowContext _root = FlowContext.Root();
    private NodeStates<TState>? _collected;

    protected ForwardSolver(ControlFlowGraph graph)
    {
        Graph = graph;
        _states = new NodeStates<TState>(graph.Blocks.Length);
    }

    protected ControlFlowGraph Graph { get; }

    /// <summary>An exception in the block that is being run arrives somewhere in the graph.</summary>
    protected bool HasHandlers { get; private set; }

    protected abstract TState Join(TState left, TState right);

    /// <summary>A state above both that repeated joins in a loop cannot raise for ever; after some rounds, one that they cannot raise again.</summary>
    protected abstract TState Widen(TState before, TState after, bool atOnce);

    /// <summary>The state after an operation.</summary>
    protected abstract TState Run(IOperation operation, TState state);

    /// <summary>The state where the condition is known to hold or not to hold; null if it cannot be.</summary>
    protected abstract TState? Assume(IOperation condition, bool holds, TState state);

    protected abstract bool MayThrow(IOperation operation);

    /// <summary>How often all entries are computed anew after widening; for a domain whose chains are finite, never.</summary>
    protected virtual int DescendingPasses => 3;

    /// <summary>The state after the value on which a block's branches depend, or which it returns or throws.</summary>
    protected virtual TState RunBranchValue(BasicBlock block, IOperation value, TState state) => Run(value, state);

    /// <summary>What a handler sees of an operation that throws and has done nothing yet.</summary>
    protected virtual TState ThrownBefore(IOperation operation, TState before, TState after) => before;

    /// <summary>What a handler sees of an operation that throws when its work is done.</summary>
    protected virtual TState ThrownAfter(IOperation operation, TState before, TState after) => after;

    /// <summary>Told when an exception may leave the graph with that state.</summary>
    protected virtual void LeaveByException(TState state)
    {
    }

    /// <summary>Told before a block is run.</summary>
    protected virtual void Enter(BasicBlock block, TState state)
    {
    }

    /// <summary>The state on a branch; null if it is not taken.</summary>
    protected virtual TState? Take(BasicBlock source, ControlFlowBranch branch, TState state) => state;

    /// <summary>The state without what ends with a region: its locals and flow captures.</summary>
    protected abstract TState Leave(ControlFlowRegion region, TState state);

    /// <summary>Widening overshoots (a counter that a loop bounds): recomputing all entries at once brings them down again.</summary>
    protected void Solve(TState entry)
    {
        Flow(new FlowNode(0, _root), entry);
        while (_states.TakePending() is { } pending)
            Process(pending.Node, pending.State);

        for (int pass = 0; pass < DescendingPasses && _states.HasWidened; pass++)
        {
            _collected = new NodeStates<TState>(Graph.Blocks.Length);
            Flow(new FlowNode(0, _root), entry);
            foreach (NodeStates<TState>.Entry reached in _states.All)
                Process(reached.Node, reached.State);
            _states.Replace(_collected);
            _collected = null;
        }
    }

    /// <summary>Runs every reached block once more from its final state.</summary>
    protected void Replay()
    {
        _collected = new NodeStates<TState>(Graph.Blocks.Length);
        foreach (NodeStates<TState>.Entry reached in _states.All)
            Process(reached.Node, reached.State);
        _collected = null;
    }

    private void Process(FlowNode node, TState state)
    {
        BasicBlock block = Graph.Blocks[node.Ordinal];
        Enter(block, state);
        List<ControlFlowRegion> handlers = _handlers.Of(block.EnclosingRegion);
        HasHandlers = handlers.Count > 0;
        foreach (IOperation operation in block.Operations)
            state = Run(node, operation, state, handlers);

        if (block.BranchValue is { } value)
            state = Run(node, value, state, handlers, block);
        if (block.ConditionalSuccessor is { } conditional)
        {
            bool takenWhen = block.ConditionKind == ControlFlowConditionKind.WhenTrue;
            Follow(node, conditional, AssumeUnlessConstant(block.BranchValue!, takenWhen, state));
            Follow(node, block.FallThroughSuccessor!, AssumeUnlessConstant(block.BranchValue!, !takenWhen, state));
        }
        else if (block.FallThroughSuccessor is { } next)
            Follow(node, next, state);
    }

    /// <summary>The graph keeps the way out of while (true).</summary>
    private TState? AssumeUnlessConstant(IOperation condition, bool holds, TState state)
        => condition.ConstantValue is { HasValue: true, Value: bool constant } ? constant == holds ? state : null : Assume(condition, holds, state);

    /// <summary>What throws has either done its work already or not.</summary>
    private TState Run(FlowNode node, IOperation operation, TState before, List<ControlFlowRegion> handlers, BasicBlock? branching = null)
    {
        TState after = branching == null ? Run(operation, before) : RunBranchValue(branching, operation, before);
        if (MayThrow(operation))
        {
            TState early = ThrownBefore(operation, before, after);
            TState late = ThrownAfter(operation, before, after);
            Unwind(node.Context, handlers, early);
            if (!ReferenceEquals(early, late))
                Unwind(node.Context, handlers, late);
        }

        return after;
    }

    private void Unwind(FlowContext from, List<ControlFlowRegion> handlers, TState state)
    {
        foreach (ControlFlowRegion handler in handlers)
        {
            FlowContext context = from.At(handler.FirstBlockOrdinal);
            if (handler.Kind == ControlFlowRegionKind.Finally)
                context = context.Enter(handler, FlowContext.Unwinding);
            Flow(new FlowNode(handler.FirstBlockOrdinal, context), state);
        }

        if (HandlerMap.MayPass(handlers))
            LeaveByException(state);
    }

    private void Follow(FlowNode node, ControlFlowBranch branch, TState? state)
    {
        if (state == null || Take(Graph.Blocks[node.Ordinal], branch, state) is not { } taken)
            return;
        state = taken;
        if (branch.FinallyRegions.IsEmpty) // a finally on the way may still read what the branch leaves
            foreach (ControlFlowRegion region in branch.LeavingRegions)
                state = Leave(region, state);
        if (branch.Semantics == ControlFlowBranchSemantics.StructuredExceptionHandling)
            LeaveFinally(node, state);
        else if (branch.Semantics is ControlFlowBranchSemantics.Throw or ControlFlowBranchSemantics.Rethrow)
            Unwind(node.Context, _handlers.Of(Graph.Blocks[node.Ordinal].EnclosingRegion), state);
        else if (branch.Destination is { } destination)
            EnterFinally(node, branch, destination.Ordinal, state);
    }

    private void EnterFinally(FlowNode node, ControlFlowBranch branch, int destination, TState state)
    {
        FlowContext context = node.Context.At(destination);
        int target = destination;
        for (int i = branch.FinallyRegions.Length - 1; i >= 0; i--)
        {
            ControlFlowRegion region = branch.FinallyRegions[i];
            context = context.Enter(region, target);
            target = region.FirstBlockOrdinal;
        }

        Flow(new FlowNode(target, context), state);
    }

    private void LeaveFinally(FlowNode node, TState state)
    {
        if (node.Context.Outer is not { } outer || HandlerMap.FinallyOf(Graph.Blocks[node.Ordinal]) is not { } region)
            return;
        if (node.Context.Target == FlowContext.Unwinding)
            Unwind(outer, _handlers.Of(region), state);
        else
            Flow(new FlowNode(node.Context.Target, outer), state);
    }

    private void Flow(FlowNode node, TState state)
    {
        NodeStates<TState> states = _collected ?? _states;
        TState? before = states.Get(node);
        TState after = before == null ? state : Join(before, state);
        if (ReferenceEquals(before, after))
            return;
        if (_collected == null && before != null && IsLoopHead(Graph.Blocks[node.Ordinal]) && states.CountVisit(node) is var visits and > VisitsBeforeWidening)
            after = Widen(before, after, visits > VisitsBeforeEnd);
        states.Set(node, after);
    }

    private static bool IsLoopHead(BasicBlock block)
    {
        foreach (ControlFlowBranch branch in block.Predecessors)
            if (branch.Source.Ordinal >= block.Ordinal)
                return true;
        return false;
    }
}
