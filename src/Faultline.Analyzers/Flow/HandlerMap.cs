// Where an exception goes. Around a block lie try regions; from the inside outwards, a try with catches may hand the exception to
// any of them (or to none, if no type or filter fits), a try with a finally hands it to the finally, which stands before all that
// lies further out. A handler's own region is not inside the try that it serves. The root of a lambda's graph lies in a region of the graph
// around it, whose handlers are none of its own: they are those of whoever calls it.

using System.Collections.Generic;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;

namespace Faultline.Analyzers.Flow;

/// <summary>For each region the handlers at which an exception thrown in it can arrive.</summary>
internal sealed class HandlerMap
{
    private static readonly List<ControlFlowRegion> None = [];

    private readonly Dictionary<ControlFlowRegion, List<ControlFlowRegion>> _ofRegion = [];

    /// <summary>Catch, filter and finally regions, nearest first; a finally, or a catch that takes every exception, is the last.</summary>
    public List<ControlFlowRegion> Of(ControlFlowRegion region)
    {
        if (_ofRegion.TryGetValue(region, out List<ControlFlowRegion>? handlers))
            return handlers;
        handlers = Find(region);
        _ofRegion.Add(region, handlers);
        return handlers;
    }

    /// <summary>The finally region that a block ends; null if what it ends is an exception filter.</summary>
    public static ControlFlowRegion? FinallyOf(BasicBlock block)
    {
        ControlFlowRegion? region = block.EnclosingRegion;
        while (region != null && region.Kind is not (ControlFlowRegionKind.Finally or ControlFlowRegionKind.Filter or ControlFlowRegionKind.Root))
            region = region.EnclosingRegion;
        return region?.Kind == ControlFlowRegionKind.Finally ? region : null;
    }

    /// <summary>Whether an exception may get past all of them: no catch takes everything, and no finally goes on with it.</summary>
    public static bool MayPass(List<ControlFlowRegion> handlers)
        => handlers.Count == 0 || handlers[handlers.Count - 1] is var last && last.Kind != ControlFlowRegionKind.Finally && !CatchesAll(last);

    private static bool CatchesAll(ControlFlowRegion handler)
        => handler.Kind == ControlFlowRegionKind.Catch
            && handler.ExceptionType is { } type && (type.SpecialType == SpecialType.System_Object || type is { Name: "Exception", ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true } });

    private static List<ControlFlowRegion> Find(ControlFlowRegion inner)
    {
        List<ControlFlowRegion>? found = null;
        for (ControlFlowRegion? region = inner; region is { Kind: not ControlFlowRegionKind.Root }; region = region.EnclosingRegion)
        {
            if (region.Kind != ControlFlowRegionKind.Try)
                continue;
            found ??= [];
            foreach (ControlFlowRegion sibling in region.EnclosingRegion!.NestedRegions)
            {
                if (sibling.Kind == ControlFlowRegionKind.Finally)
                {
                    found.Add(sibling);
                    return found;
                }

                if (sibling.Kind is ControlFlowRegionKind.Catch or ControlFlowRegionKind.FilterAndHandler)
                    found.Add(sibling);
                if (CatchesAll(sibling))
                    return found;
            }
        }

        return found ?? None;
    }
}
