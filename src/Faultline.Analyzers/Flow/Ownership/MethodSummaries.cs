// What the methods of the program do with pointers, read from their source, bottom up: a method is solved when a call of it is met for the
// first time, and never again in the same compilation. Recursion and long chains end in "unknown"; what such an end has made incomplete
// is not kept, since it would depend on where the chain was entered.

using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Faultline.Analyzers.Context;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;

namespace Faultline.Analyzers.Flow.Ownership;

/// <summary>Effects of methods whose source is at hand.</summary>
internal sealed class MethodSummaries
{
    private const int DepthLimit = 8;
    private const int BodyLimit = 64; // methods solved for one question; chains that are cut off are not kept, so they could be solved again and again
    private const int LargestBody = 20_000; // characters; a longer one is not read for a summary

    [ThreadStatic]
    private static List<IMethodSymbol>? s_active;

    [ThreadStatic]
    private static bool s_isIncomplete;

    [ThreadStatic]
    private static int s_solved;

    private readonly ConcurrentDictionary<IMethodSymbol, CalleeEffect> _known = new(SymbolEqualityComparer.Default);
    private readonly Compilation _compilation;
    private readonly AllocationContext _context;

    public MethodSummaries(Compilation compilation, AllocationContext context)
    {
        _compilation = compilation;
        _context = context;
    }

    /// <summary>How many methods have been solved for their effects.</summary>
    public int Count => _known.Count;

    /// <summary>Null if the source does not tell: there is none, or another method may run in its place.</summary>
    public CalleeEffect? Of(IMethodSymbol method)
    {
        method = method.OriginalDefinition;
        method = method.PartialImplementationPart ?? method;
        if (_known.TryGetValue(method, out CalleeEffect? known))
            return known;
        if (Models.DeclarationOf(_compilation, method) is not { } declaration || MayBeReplaced(method) || method.IsAsync || method.MethodKind is MethodKind.LocalFunction or MethodKind.AnonymousFunction)
            return null;
        if (!HandlesPointers(method))
            return _known.GetOrAdd(method, _ => SimpleBody.MayThrow(declaration) ? CalleeEffect.Unknown : CalleeEffect.Native);
        List<IMethodSymbol> active = s_active ??= [];
        if (active.Count == 0)
            s_solved = 0;
        if (++s_solved > BodyLimit || active.Count >= DepthLimit || active.Contains(method, SymbolEqualityComparer.Default))
        {
            s_isIncomplete = true;
            return null;
        }

        bool wasIncomplete = s_isIncomplete;
        s_isIncomplete = false;
        active.Add(method);
        CalleeEffect effect;
        try
        {
            effect = Read(method, declaration) ?? CalleeEffect.Unknown;
        }
        finally
        {
            active.RemoveAt(active.Count - 1); // a cancelled analysis must not leave symbols behind on its thread
        }

        if (!s_isIncomplete || active.Count == 0)
            _known.TryAdd(method, effect);
        s_isIncomplete = active.Count > 0 && (wasIncomplete || s_isIncomplete);
        return effect;
    }

    private static bool HandlesPointers(IMethodSymbol method)
        => Pointers.IsPointerLike(method.ReturnType) || method.Parameters.Any(parameter => Pointers.IsPointerLike(parameter.Type) || parameter.Type.IsRefLikeType);

    private CalleeEffect? Read(IMethodSymbol method, SyntaxNode declaration)
    {
        if (declaration is not BaseMethodDeclarationSyntax || declaration.FullSpan.Length > LargestBody)
            return null;
        if (Models.For(_compilation, declaration.SyntaxTree).GetOperation(declaration) is not { } root || GraphForest.Create(root) is not { } graph)
            return null;

        OwnershipScope scope = new(_context, _context.OwnershipFor(declaration.SyntaxTree), new CapturedVariables(root, _context));
        FollowedPlaces places = new(graph, new VariableUses(root, _context), method, followFields: true);
        OwnershipSolver solver = new(graph, places, scope);
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
        (int parameterIndex, bool isStart) = returns == null ? ResultSummary.Alias(solver) : (-1, true);
        foreach (Site site in solver.Sites.All)
            if (site.Parameter is { } parameter)
                effects[parameter.Ordinal] = EffectOn(site, solver, comesBack: parameter.Ordinal == parameterIndex);
        return new CalleeEffect([.. effects], ParameterEffect.Escapes, solver.MayLeaveByException, returns, parameterIndex, isStart);
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

    /// <summary>A virtual method may be another one where it is called.</summary>
    private static bool MayBeReplaced(IMethodSymbol method)
        => method.IsAbstract || method.IsExtern || ((method.IsVirtual || method.IsOverride) && !method.IsSealed && !method.ContainingType.IsSealed);
}
