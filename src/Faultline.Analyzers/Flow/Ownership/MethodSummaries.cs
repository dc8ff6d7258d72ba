// What the methods of the program do with pointers, read from their source: a method is solved when a call of it is met for the first time
// at which that many calls may still be followed. One whose calls all could be followed is never solved again in the same compilation.

using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Linq;
using Faultline.Analyzers.Context;
using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Flow.Ownership;

/// <summary>Effects of methods whose source is at hand.</summary>
internal sealed class MethodSummaries
{
    private const int LargestOther = 6_000; // characters of a method that cannot free: a longer one is taken to keep what it is given

    private readonly ConcurrentDictionary<IMethodSymbol, Summary> _whole = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<IMethodSymbol, CalleeEffect?[]> _cut = new(SymbolEqualityComparer.Default);
    private readonly AllocationContext _context;
    private readonly MethodBodies _bodies;

    public MethodSummaries(AllocationContext context, MethodBodies bodies)
    {
        _context = context;
        _bodies = bodies;
    }

    /// <summary>Null if the source does not tell, or no more calls are followed.</summary>
    /// <param name="price">What following the call takes off the depth.</param>
    public CalleeEffect? Of(IMethodSymbol method, ReadingDepth depth, int price)
    {
        method = MethodBodies.DefinitionOf(method);
        if (_whole.TryGetValue(method, out Summary? known) && known.Height + price <= depth.Left)
        {
            depth.Follow(known.Height + price);
            return known.Effect;
        }

        if (_bodies.DeclarationOf(method) is not { } declaration)
            return null;
        if (!HandlesPointers(method))
            return CalleeEffect.Unknown;
        if (depth.Left < price)
        {
            depth.Cut();
            return null;
        }

        if (price == ReadingDepth.OfOther && declaration.FullSpan.Length > LargestOther)
            return CalleeEffect.Unknown;

        ReadingDepth inner = new(depth.Left - price);
        CalleeEffect?[] cut = _cut.GetOrAdd(method, static _ => new CalleeEffect?[ReadingDepth.Limit]);
        if (cut[inner.Left] is { } before)
        {
            depth.Cut();
            return before;
        }

        CalleeEffect effect = Read(method, declaration, inner) ?? CalleeEffect.Unknown;
        if (inner.IsCut)
        {
            cut[inner.Left] = effect;
            depth.Cut();
        }
        else
        {
            _whole.TryAdd(method, new Summary(effect, inner.Height));
            depth.Follow(inner.Height + price);
        }

        return effect;
    }

    public static bool HandlesPointers(IMethodSymbol method)
        => Pointers.IsPointerLike(method.ReturnType) || method.Parameters.Any(parameter => Pointers.IsPointerLike(parameter.Type) || parameter.Type.IsRefLikeType);

    private CalleeEffect? Read(IMethodSymbol method, SyntaxNode declaration, ReadingDepth depth)
    {
        if (_bodies.Of(method, declaration) is not { } body)
            return null;
        OwnershipScope scope = new(_context, _context.OwnershipFor(declaration.SyntaxTree), body.Captures, depth);
        FollowedPlaces places = new(body.Graph, body.Uses, method, followFields: true, followMembers: true);
        OwnershipSolver solver = new(body.Graph, places, scope);
        solver.Solve(Entry(method, declaration, scope, places));
        return Summarise(method, solver);
    }

    private static World Entry(IMethodSymbol method, SyntaxNode declaration, OwnershipScope scope, FollowedPlaces places)
    {
        World entry = World.Empty;
        foreach (IParameterSymbol parameter in method.Parameters)
        {
            if (parameter.RefKind != RefKind.None || !places.MayFollow(parameter))
                continue;
            Site site = scope.Sites.Get(parameter.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax() ?? declaration, SiteKind.Parameter);
            site.Parameter = parameter;
            entry = entry.Set(places.Of(parameter), Value.PointingTo(new Target(site.Number))).Set(site.Number, new SiteState(SiteStatus.MaybeNull));
        }

        return entry;
    }

    private static CalleeEffect Summarise(IMethodSymbol method, OwnershipSolver solver)
    {
        ParameterEffect[] effects = new ParameterEffect[method.Parameters.Length];
        for (int i = 0; i < effects.Length; i++)
            effects[i] = ParameterEffect.Escapes;
        BlockSource? returns = method.ReturnsVoid ? null : ResultSummary.FreshBlock(method, solver);
        (int parameterIndex, bool isStart) = returns == null ? ResultSummary.Alias(method, solver) : (-1, true);
        foreach (Site site in solver.Sites.All)
            if (site.Parameter is { } parameter)
                effects[parameter.Ordinal] = EffectOn(site, solver, comesBack: parameter.Ordinal == parameterIndex);
        return new CalleeEffect(effects, ParameterEffect.Escapes, mayThrow: true, returns, parameterIndex, isStart);
    }

    /// <param name="comesBack">It is what the method answers: that alone does not let it escape.</param>
    private static ParameterEffect EffectOn(Site site, OwnershipSolver solver, bool comesBack)
    {
        ParameterEffect effect = solver.Log.IsUsed(site.Number) ? ParameterEffect.Uses : ParameterEffect.None;
        bool isReleased = false;
        bool isReleasedAlways = true;
        bool isReturned = false;
        foreach (World end in solver.Ends)
        {
            if (!end.TryGet(site.Number, out SiteState state))
                continue; // null there
            isReleased |= (state.Status & (SiteStatus.Freed | SiteStatus.Resized | SiteStatus.Escaped)) != 0;
            isReturned |= end[solver.Result].PointsInto(site.Number);
            isReleasedAlways &= state.IsGone;
        }

        if (isReleased)
            return effect | (isReleasedAlways ? ParameterEffect.Frees : ParameterEffect.Escapes);
        if (isReturned)
            return comesBack ? effect : effect | ParameterEffect.Escapes;
        return solver.Log.IsReleased(site.Number) ? effect | ParameterEffect.Escapes : effect;
    }

    /// <summary>What a method does, and the price of the calls that had to be followed for it.</summary>
    private sealed class Summary
    {
        public Summary(CalleeEffect effect, int height)
        {
            Effect = effect;
            Height = height;
        }

        public CalleeEffect Effect { get; }

        public int Height { get; }
    }
}
