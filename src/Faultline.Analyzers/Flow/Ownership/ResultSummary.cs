using System.Linq;
using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Flow.Ownership;

/// <summary>What a solved method returns.</summary>
internal static class ResultSummary
{
    /// <summary>On every path a block that the method has allocated and nobody else has, or null.</summary>
    public static BlockSource? FreshBlock(IMethodSymbol method, OwnershipSolver solver)
    {
        BlockSource? inner = null;
        bool maybeNull = false;
        foreach (World end in solver.Ends)
        {
            Value result = end[solver.Result];
            if (result.CanBeOther || result.Targets.Length > 1)
                return null;
            maybeNull |= result.CanBeZero;
            if (result.Targets.IsEmpty)
                continue;
            Target target = result.Targets[0];
            Site site = solver.Sites[target.Site];
            if (site.Kind != SiteKind.Block || target.Low != 0 || target.High != 0 || !end.TryGet(target.Site, out SiteState state) || !state.IsLive)
                return null;
            maybeNull |= state.Has(SiteStatus.MaybeNull);
            inner ??= site.Source;
        }

        return inner == null ? null : new BlockSource(method.ContainingType.Name + "." + method.Name, inner.Deallocator, maybeNull, inner.Api);
    }

    /// <summary>The parameter that comes back on every path, or -1.</summary>
    public static (int Parameter, bool IsStart) Alias(IMethodSymbol method, OwnershipSolver solver)
    {
        if (method.ReturnType.IsTupleType)
            return (-1, true);
        int found = -1;
        bool isStart = true;
        foreach (World end in solver.Ends)
        {
            Value result = end[solver.Result];
            if (result.IsZero)
                continue;
            if (result.CanBeOther || result.Targets.Length != 1 || solver.Sites[result.Targets[0].Site].Parameter is not { } parameter || (found >= 0 && found != parameter.Ordinal))
                return (-1, true);
            found = parameter.Ordinal;
            isStart &= result.Targets[0] is { Low: 0, High: 0 };
        }

        return (found, isStart);
    }
}
