using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Faultline.Analyzers.Flow;
using Faultline.Analyzers.Flow.Numbers;
using Faultline.Analyzers.Flow.Ownership;
using Faultline.Analyzers.Flow.Pointers;
using Faultline.Analyzers.Glibc;
using Faultline.Analyzers.Measurements;
using Faultline.Analyzers.Shapes;
using Faultline.Api;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;

namespace Faultline.Analyzers.Context;

/// <summary>
/// One body that calls allocation APIs: a method's, an initialiser's, a file's top-level statements. What the rules ask for is
/// worked out once, and only if one asks.
/// </summary>
internal sealed class BodyContext
{
    private readonly IOperation _root;
    private readonly ISymbol _owner;
    private readonly AllocationContext _context;
    private readonly Action<Diagnostic> _report;
    private readonly Lazy<ControlFlowGraph?> _graph;
    private readonly Lazy<VariableUses> _uses;
    private readonly Lazy<IReadOnlyList<AllocationRequest>> _requests;
    private readonly Lazy<IReadOnlyList<Release>> _releases;
    private readonly Lazy<SizeFlow?> _sizes;
    private readonly Lazy<IReadOnlyList<SizeComputation>> _computations;
    private readonly Lazy<SymbolUses> _symbols;
    private readonly Lazy<IReadOnlyList<BlockLocal>> _blocks;
    private readonly Lazy<OwnershipFlow?> _ownership;
    private readonly Lazy<IReadOnlyList<LoopBlock>> _loopBlocks;
    private readonly Lazy<IReadOnlyList<(AllocationCall Call, MeasuredCost Cost)>> _measured;

    public BodyContext(
        IOperation root, ISymbol owner, IReadOnlyList<AllocationCall> calls, MmapThreshold threshold, OwnershipOptions ownership, AllocationContext context, Action<Diagnostic> report)
    {
        _root = root;
        _owner = owner;
        _context = context;
        _report = report;
        Calls = calls;
        Threshold = threshold;
        _graph = new(() => GraphForest.Create(_root));
        _uses = new(() => new VariableUses(_root, _context));
        _requests = new(FindRequests);
        _releases = new(FindReleases);
        _sizes = new(SolveSizes);
        _computations = new(() => [.. Calls.SelectMany(call => SizeComputation.Of(call, Symbols))]);
        _symbols = new(() => new SymbolUses(_root));
        _blocks = new(FindBlocks);
        _ownership = new(() => _graph.Value is { } graph ? OwnershipFlow.Solve(_root, graph, _uses.Value, _owner, _context, ownership) : null);
        _measured = new(FindMeasured);
        _loopBlocks = new(FindLoopBlocks);
    }

    /// <summary>The calls of allocation APIs, in the order of the source.</summary>
    public IReadOnlyList<AllocationCall> Calls { get; }

    public MmapThreshold Threshold { get; }

    /// <summary>What those calls ask for that allocate an amount about which something is known.</summary>
    public IReadOnlyList<AllocationRequest> Requests => _requests.Value;

    /// <summary>What those calls free or resize whose blocks are known to come from calls in the same body.</summary>
    public IReadOnlyList<Release> Releases => _releases.Value;

    /// <summary>The allocating calls that a profile has as they stand, with what it says.</summary>
    public IReadOnlyList<(AllocationCall Call, MeasuredCost Cost)> Measured => _measured.Value;

    /// <summary>The same as <see cref="Requests"/> by the sizes that were measured, of calls whose bounds do not decide where the block comes from.</summary>
    public IEnumerable<AllocationRequest> MeasuredRequests
    {
        get
        {
            foreach ((AllocationCall call, MeasuredCost cost) in Measured)
            {
                AllocationRequest? known = Requests.FirstOrDefault(request => request.Call == call);
                if ((known == null || Placements.Of(known, Threshold) == Placement.Undecided) && AllocationRequest.FromMeasured(call, cost, known) is { } request)
                    yield return request;
            }
        }
    }

    public IOperation Root => _root;

    /// <summary>The member whose body it is.</summary>
    public ISymbol Owner => _owner;

    public KnownTypes Types => _context.Types;

    public Callers Callers => _context.Callers;

    /// <summary>Where the body names its locals and parameters.</summary>
    public SymbolUses Symbols => _symbols.Value;

    /// <summary>The 32-bit arithmetic in the sizes of the calls.</summary>
    public IReadOnlyList<SizeComputation> SizeComputations => _computations.Value;

    /// <summary>What the operands of that arithmetic can be, by the operator's syntax.</summary>
    public IReadOnlyDictionary<SyntaxNode, (Interval Left, Interval Right)> SizeOperands
        => (IReadOnlyDictionary<SyntaxNode, (Interval, Interval)>?)_sizes.Value?.Operands ?? ImmutableDictionary<SyntaxNode, (Interval, Interval)>.Empty;

    /// <summary>The locals that hold one block each.</summary>
    public IReadOnlyList<BlockLocal> Blocks => _blocks.Value;

    /// <summary>The local that holds the call's block and no other, or null.</summary>
    public BlockLocal? BlockOf(AllocationCall call) => Blocks.FirstOrDefault(block => block.Call == call);

    /// <summary>What becomes of the call's block by whatever name; null where nothing frees or keeps it.</summary>
    public BlockLife? LifeOf(AllocationCall call) => Ownership != null && Ownership.Lives.TryGetValue(call.Syntax, out BlockLife? life) ? life : null;

    /// <summary>Those that are allocated and freed in each pass of a loop.</summary>
    public IReadOnlyList<LoopBlock> LoopBlocks => _loopBlocks.Value;

    /// <summary>What a call asks for; null if nothing but the size's type bounds it.</summary>
    public AllocationRequest? RequestOf(AllocationCall call)
        => Requests.FirstOrDefault(request => request.Call == call && (request.Bytes.Low > 1 || request.Bytes.High < int.MaxValue));

    /// <summary>What becomes of the blocks that the body allocates, frees and uses; null for what has no graph.</summary>
    public OwnershipFlow? Ownership => _ownership.Value;

    /// <summary>Blocks that some way through the body leaves behind, but for those of which another rule speaks.</summary>
    public IEnumerable<Leak> Leaks => Ownership == null
        ? [] : Ownership.Leaks.Where(leak => !Ownership.Findings.Any(finding => finding.Kind is FindingKind.Overwritten or FindingKind.Discarded && finding.Site!.Syntax == leak.Site.Syntax));

    public IEnumerable<Finding> Found(FindingKind kind) => Ownership == null ? [] : Ownership.Findings.Where(finding => finding.Kind == kind);

    /// <summary>Blocks that the body stores in fields whose types never let go of them.</summary>
    public IEnumerable<FieldStore> StoresNeverReleased => Ownership == null ? [] : Ownership.Stores.Where(store => _context.Fields.IsNeverReleased(store.Field));

    public void Report(Diagnostic diagnostic) => _report(diagnostic);

    private IReadOnlyList<AllocationRequest> FindRequests()
    {
        List<AllocationRequest> requests = [];
        foreach (AllocationCall call in Calls)
        {
            if (!call.Api.Allocates)
                continue;
            Interval[]? arguments = SizeFlow.OfConstants(call);
            if (arguments == null && _sizes.Value is { } solved)
                solved.Arguments.TryGetValue(call.Syntax, out arguments);
            if (arguments != null && AllocationRequest.From(call, arguments) is { } request)
                requests.Add(request);
        }

        return requests;
    }

    private IReadOnlyList<(AllocationCall, MeasuredCost)> FindMeasured()
    {
        List<(AllocationCall, MeasuredCost)> measured = [];
        if (_context.Profiles.IsEmpty)
            return measured;
        foreach (AllocationCall call in Calls)
            if (call.Api.Allocates && _context.Profiles.Find(call) is { } cost)
                measured.Add((call, cost));
        return measured;
    }

    private SizeFlow? SolveSizes()
    {
        HashSet<SyntaxNode> watched = [.. SizeComputations.SelectMany(computation => SizeComputation.PartsOf(computation.Arithmetic)).Select(part => part.Syntax)];
        return _graph.Value is { } graph ? SizeFlow.Solve(graph, _uses.Value, _owner, _context, watched) : null;
    }

    private IReadOnlyList<Release> FindReleases()
    {
        bool isPossible = Calls.Any(call => call.Api.Allocates) && Calls.Any(call => call.Api.Frees || call.Api.Effect == AllocationEffect.Reallocate);
        return isPossible && _graph.Value is { } graph ? [.. PointerSolver.Solve(graph, _uses.Value, _owner, _context)] : [];
    }

    private IReadOnlyList<LoopBlock> FindLoopBlocks()
    {
        List<LoopBlock> found = [];
        foreach (AllocationCall call in Calls)
            if (call.Api.Allocates && call.Api.Effect != AllocationEffect.Reallocate && Loops.Around(call.Syntax) != null && LoopBlock.Of(call, BlockOf(call), LifeOf(call), Symbols, Types) is { } block)
                found.Add(block);
        return found;
    }

    private IReadOnlyList<BlockLocal> FindBlocks()
    {
        if (!Calls.Any(call => call.Api.Allocates))
            return [];
        Dictionary<SyntaxNode, AllocationCall> calls = Calls.ToDictionary(call => call.Syntax);
        List<BlockLocal> blocks = [];
        foreach (AllocationCall call in Calls)
            if (BlockLocal.Of(call, Symbols, calls) is { } block)
                blocks.Add(block);
        return blocks;
    }
}
