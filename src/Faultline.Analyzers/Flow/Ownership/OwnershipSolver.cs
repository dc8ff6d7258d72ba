using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Faultline.Analyzers.Context;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Flow.Ownership;

/// <summary>Solves one control-flow graph for what becomes of blocks, then runs it once more to gather what is wrong.</summary>
internal sealed class OwnershipSolver : ForwardSolver<Worlds>
{
    private readonly OwnershipEvaluator _evaluator;
    private readonly OwnershipScope _scope;
    private readonly FollowedPlaces _places;
    private readonly ConditionKeys _conditions;
    private readonly OwnershipLog _log = new();
    private readonly ThrowingOperations _throwing;
    private readonly WaysOut _ways;
    private Worlds? _thrown;

    public OwnershipSolver(ControlFlowGraph graph, FollowedPlaces places, OwnershipScope scope)
        : base(graph)
    {
        _scope = scope;
        _places = places;
        _conditions = new ConditionKeys(places);
        _evaluator = new OwnershipEvaluator(scope, places, _conditions, _log);
        _throwing = new ThrowingOperations(scope.Context, scope.Options);
        _ways = new WaysOut(graph);
    }

    public OwnershipLog Log => _log;

    public Sites Sites => _scope.Sites;

    /// <summary>What is returned; only of a body that is left by return.</summary>
    public Place Result => _places.Result;

    /// <summary>The worlds in which the body ends without an exception.</summary>
    public List<World> Ends { get; } = [];

    /// <summary>What the object keeps when the body has run, for another run of it.</summary>
    public Worlds AfterEnd() => Worlds.None.With([.. Ends.Select(end => _places.Members.Aggregate(end, static (world, member) => world.Set(member, Value.Unknown)).FieldsOnly())]);

    public void Solve(World entry) => SolveFrom(Worlds.Of(entry));

    public void SolveFrom(Worlds entry)
    {
        Solve(entry);
        _log.IsOn = true;
        Replay();
        _log.IsOn = false;
        _log.CompleteLeaks(Sites);
    }

    protected override int DescendingPasses => 0;

    protected override Worlds Run(IOperation operation, Worlds state) => Run(operation, state, isResult: false);

    protected override Worlds RunBranchValue(BasicBlock block, IOperation value, Worlds state)
        => Run(value, state, isResult: block.FallThroughSuccessor?.Semantics == ControlFlowBranchSemantics.Return);

    private Worlds Run(IOperation operation, Worlds state, bool isResult)
    {
        WorldsChange after = new(state);
        bool mayThrow = (HasHandlers || state.HasLive) && _throwing.MayThrow(operation); // an exception that leaves nothing behind and meets no handler is none of ours
        WorldsChange thrown = new(state);
        _log.Operation = operation.Syntax;
        foreach (World before in state.All)
        {
            _evaluator.World = before;
            _evaluator.ReleasedNow.Clear();
            Value value = isResult ? _evaluator.EvaluateResult(operation) : _evaluator.Evaluate(operation);
            if (isResult && _evaluator.World != null)
                _evaluator.World = _evaluator.World.Set(_places.Result, value);
            _evaluator.EndOperation(operation);
            after.Add(_evaluator.World);
            if (mayThrow)
                thrown.Add(Thrown(operation.Syntax, before, _evaluator.World ?? before));
        }

        _log.EndOperation(Sites);
        _log.Operation = null;
        _thrown = mayThrow ? Worlds.None.With(thrown.Apply().All) : null;
        return after.Apply();
    }

    /// <summary>What was live before stays live unless the operation has taken it over.</summary>
    private World Thrown(SyntaxNode operation, World before, World after)
    {
        World thrown = before;
        before.ForEachSite((site, state) =>
        {
            if (!state.IsLive)
                return;
            bool isKept = after.TryGet(site, out SiteState now) && now.IsLive && !_evaluator.ReleasedNow.Contains(site);
            thrown = thrown.Set(site, isKept ? state.ThrownAt(operation) : state.With(SiteStatus.Escaped | SiteStatus.Blurred, SiteStatus.Live));
        });
        return thrown;
    }

    protected override bool MayThrow(IOperation operation) => _thrown != null;

    protected override Worlds ThrownBefore(IOperation operation, Worlds before, Worlds after) => _thrown!;

    protected override Worlds ThrownAfter(IOperation operation, Worlds before, Worlds after) => _thrown!;

    protected override Worlds? Assume(IOperation condition, bool holds, Worlds state)
    {
        WorldsChange possible = new(state);
        foreach (World world in state.All)
        {
            _evaluator.World = world;
            possible.Add(_evaluator.Assume(condition, holds));
        }

        return possible.Apply() is { IsEmpty: false } left ? left : null;
    }

    protected override Worlds Leave(ControlFlowRegion region, Worlds state)
    {
        if (region.Locals.IsEmpty && region.CaptureIds.IsEmpty)
            return state;
        WorldsChange left = new(state);
        foreach (World world in state.All)
            left.Add(Leave(region, world));
        return left.Apply();
    }

    private World Leave(ControlFlowRegion region, World world)
    {
        foreach (CaptureId capture in region.CaptureIds)
            world = Drop(world, _places.Of(capture));
        foreach (ILocalSymbol local in region.Locals)
            if (!local.IsStatic)
            {
                foreach (Place member in _places.MembersOf(local))
                    world = Drop(world, member);
                world = Drop(world, _places.Of(local));
            }

        return world;
    }

    /// <summary>A block that is dead and that nothing points to any more is forgotten; one that is live stays, to be reported.</summary>
    private World Drop(World world, Place place)
    {
        world = _conditions.Forget(world, place);
        Value value = world[place];
        world = world.Set(place, Value.Unknown);
        foreach (Target target in value.Targets)
            if (world.TryGet(target.Site, out SiteState state) && !state.Has(SiteStatus.Live) && _scope.Sites[target.Site].Kind != SiteKind.Parameter && !world.IsReferenced(target.Site))
                world = world.ForgetSite(target.Site);
        return world;
    }

    protected override Worlds? Take(BasicBlock source, ControlFlowBranch branch, Worlds state)
    {
        if (state.IsEmpty || WaysOut.IsNeverTaken(source, branch))
            return null;
        SyntaxNode? way = _ways.Of(source, branch);
        bool isInCatch = WaysOut.IsInCatch(source);
        WorldsChange leaving = new(state);
        foreach (World world in state.All)
            leaving.Add(way != null ? world.LeavingBy(way) : isInCatch ? world.LeavingBy(null) : world);
        return leaving.Apply();
    }

    /// <summary>An exception leaves the body: what is live then is left behind.</summary>
    protected override void LeaveByException(Worlds state)
    {
        if (_log.IsOn)
            foreach (World world in state.All)
                LeaveBehind(world);
    }

    protected override Worlds Join(Worlds left, Worlds right) => left.Join(right);

    protected override Worlds Widen(Worlds before, Worlds after, bool atOnce) => before.Join(after, widen: true);

    /// <summary>The exit block has no operations; its state is that of all returns.</summary>
    protected override void Enter(BasicBlock block, Worlds state)
    {
        if (block.Kind != BasicBlockKind.Exit || !_log.IsOn)
            return;
        foreach (World world in state.All)
        {
            Ends.Add(world);
            LeaveBehind(world);
            Value result = world[_places.Result];
            if (world.Way is { } way)
                _log.Check(FindingKind.UsedAfterFree, way, result, world);
        }

        _log.EndOperation(Sites);
    }

    private void LeaveBehind(World world)
    {
        Value result = world[_places.Result];
        world.ForEachSite((site, state) =>
        {
            if (result.PointsInto(site))
            {
                _log.HandedOn(site);
                _log.Kept(Sites[site]);
            }
            else if (state.IsLive)
                _log.AddLeak(Sites[site], state, world.Way ?? Graph.OriginalOperation.Syntax);
        });
    }
}
