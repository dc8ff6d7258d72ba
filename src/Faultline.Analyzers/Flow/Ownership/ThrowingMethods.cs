// Whether a call of a method of the program may end in an exception. That is asked of far more methods than what they do with pointers is,
// so it is read off their graphs without solving them, and mostly off the syntax alone: a throw outside of every try is one, and a body
// that neither throws nor calls is none. Recursion is taken to throw.

using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using Faultline.Analyzers.Context;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;

namespace Faultline.Analyzers.Flow.Ownership;

/// <summary>Methods whose source is at hand, each looked at once a compilation.</summary>
internal sealed class ThrowingMethods
{
    private readonly ConcurrentDictionary<IMethodSymbol, bool> _known = new(SymbolEqualityComparer.Default);
    private readonly AllocationContext _context;
    private readonly MethodBodies _bodies;

    public ThrowingMethods(AllocationContext context, MethodBodies bodies)
    {
        _context = context;
        _bodies = bodies;
    }

    /// <summary>Null if the source does not tell.</summary>
    public bool? Of(IMethodSymbol method, ThrowSearch search)
    {
        method = MethodBodies.DefinitionOf(method);
        if (_known.TryGetValue(method, out bool known))
            return known;
        if (_bodies.DeclarationOf(method) is not { } declaration)
            return null;
        if (!SimpleBody.MayThrow(declaration))
            return _known.GetOrAdd(method, false);
        if (!MethodSummaries.HandlesPointers(method) || SimpleBody.Throws(declaration))
            return _known.GetOrAdd(method, true);
        if (!search.Enter(method))
            return true;
        bool mayThrow = _bodies.Of(method, declaration) is not { } body || MayThrow(body.Graph, new ThrowingOperations(_context, _context.OwnershipFor(declaration.SyntaxTree), search));
        search.Leave(method);
        if (!mayThrow || !search.IsExhausted)
            _known.TryAdd(method, mayThrow);
        return mayThrow;
    }

    private static bool MayThrow(ControlFlowGraph graph, ThrowingOperations operations)
    {
        HandlerMap handlers = new();
        foreach (BasicBlock block in graph.Blocks)
        {
            if (!block.IsReachable || IsCaught(block.EnclosingRegion, handlers))
                continue;
            if (block.FallThroughSuccessor?.Semantics is ControlFlowBranchSemantics.Throw or ControlFlowBranchSemantics.Rethrow
                || block.Operations.Any(operations.MayThrow) || (block.BranchValue is { } value && operations.MayThrow(value)))
                return true;
        }

        return false;
    }

    /// <summary>A finally goes on with the exception to what lies around it.</summary>
    private static bool IsCaught(ControlFlowRegion region, HandlerMap map)
    {
        List<ControlFlowRegion> handlers = map.Of(region);
        while (handlers.Count > 0 && handlers[handlers.Count - 1] is { Kind: ControlFlowRegionKind.Finally } last)
            handlers = map.Of(last);
        return !HandlerMap.MayPass(handlers);
    }
}

/// <summary>The methods that are being looked at for one question; a question that leads too far is answered with yes.</summary>
internal sealed class ThrowSearch
{
    private const int DepthLimit = 16;
    private const int MethodLimit = 64;

    private readonly HashSet<IMethodSymbol> _active = new(SymbolEqualityComparer.Default);
    private int _entered;

    public bool IsExhausted { get; private set; }

    /// <summary>False if the method is being looked at already, or no more are.</summary>
    public bool Enter(IMethodSymbol method)
    {
        IsExhausted |= _active.Count >= DepthLimit || _entered >= MethodLimit;
        if (IsExhausted || !_active.Add(method))
            return false;
        _entered++;
        return true;
    }

    public void Leave(IMethodSymbol method) => _active.Remove(method);
}
