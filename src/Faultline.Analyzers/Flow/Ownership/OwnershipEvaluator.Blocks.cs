using System.Collections.Generic;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Flow.Ownership;

internal sealed partial class OwnershipEvaluator
{
    /// <summary>Blocks that the current operation has brought into the world.</summary>
    private readonly List<int> _fresh = [];

    /// <summary>What the current operation has freed or resized.</summary>
    public HashSet<int> ReleasedNow { get; } = [];

    /// <summary>The operation is over: a fresh block that nothing refers to is lost. What is dead and out of sight is forgotten.</summary>
    public void EndOperation(IOperation operation)
    {
        foreach (int number in _fresh)
        {
            if (World == null || !World.TryGet(number, out SiteState state) || World.IsReferenced(number))
                continue;
            if (state.IsLive)
                Log.Add(FindingKind.Discarded, operation.Syntax, _scope.Sites[number]);
            World = World.ForgetSite(number);
        }

        _fresh.Clear();
    }

    private Value Allocate(SyntaxNode call, BlockSource source, int resizes = -1)
    {
        Site site = _scope.Sites.Get(call, SiteKind.Block, source);
        if (World!.TryGet(site.Number, out SiteState earlier))
            MakeOlder(site, earlier);
        SiteStatus status = source.MaybeNull ? SiteStatus.Live | SiteStatus.MaybeNull : SiteStatus.Live;
        World = World.Set(site.Number, new SiteState(status, resizes: resizes));
        _fresh.Add(site.Number);
        return Value.PointingTo(new Target(site.Number));
    }

    /// <summary>In a loop the call has answered a block before. What still points to that one points to the twin from now on.</summary>
    private void MakeOlder(Site site, SiteState earlier)
    {
        if (!World!.IsReferenced(site.Number))
        {
            if (earlier.IsLive)
                Log.AddLeak(site, earlier, way: null);
            return;
        }

        bool isSecond = World.TryGet(site.Older, out SiteState oldest) && World.IsReferenced(site.Older);
        World = World.Rename(site.Number, site.Older)
            .Set(site.Older, isSecond ? oldest.Join(earlier).With(SiteStatus.Blurred, SiteStatus.Live) : earlier);
    }

    /// <summary>Something is read or written through the pointer.</summary>
    private void Use(Value value, SyntaxNode at)
    {
        if (value.Targets.IsEmpty || World == null)
            return;
        Log.Check(FindingKind.UsedAfterFree, at, value, World);
        foreach (Target target in value.Targets)
            Log.Used(target.Site);
    }

    private void Escape(Value value)
    {
        if (World == null)
            return;
        foreach (Target target in value.Targets)
        {
            if (!World.TryGet(target.Site, out SiteState state) || state.IsGone)
                continue;
            World = World.Set(target.Site, state.With(SiteStatus.Escaped, SiteStatus.Live | SiteStatus.InField));
            Log.HandedOn(target.Site);
        }
    }

    /// <summary>It is where others can find it when the body has run.</summary>
    private void Keep(Value value)
    {
        foreach (Target target in value.Targets)
            Log.Kept(_scope.Sites[target.Site]);
        Escape(value);
    }

    private void EscapeInto(Place field, Value value, SyntaxNode at)
    {
        foreach (Target target in value.Targets)
        {
            if (!World!.TryGet(target.Site, out SiteState state) || state.IsGone)
                continue;
            bool isOnly = state.IsLive && value.Targets.Length == 1;
            World = World.Set(target.Site, state.With(isOnly ? SiteStatus.Escaped | SiteStatus.InField : SiteStatus.Escaped, SiteStatus.Live | SiteStatus.InField));
            Log.HandedOn(target.Site);
            Log.Kept(_scope.Sites[target.Site]);
            if (isOnly)
                Log.AddStore((IFieldSymbol)field.Symbol!, at, _scope.Sites[target.Site]);
        }
    }

    /// <summary>What a lambda or local function may do with the variables that it sees, it may do from here on.</summary>
    private void EscapeCaptured(IMethodSymbol function)
    {
        foreach (ISymbol variable in _scope.Captures.HandedOnBy(function))
            Escape(World![_places.Of(variable)]);
    }

    /// <summary>Freed or resized. A pointer of which nothing was known is known to be gone from now on.</summary>
    private void Release(SyntaxNode call, IOperation? pointer, Value value, SiteStatus how)
    {
        if (World == null || value.IsZero)
            return;
        Log.Check(how == SiteStatus.Freed ? FindingKind.FreedTwice : FindingKind.UsedAfterFree, call, value, World);
        Log.CheckStart(call, value, _scope.Sites);
        if (value.Targets.IsEmpty)
        {
            if (pointer != null && _places.Of(Numbers.Constants.WithoutConversions(pointer)) is { } place)
            {
                Site unknown = _scope.Sites.Get(call, SiteKind.Released);
                World = World.Set(unknown.Number, new SiteState(how | SiteStatus.MaybeNull, call)).Set(place, Value.PointingTo(new Target(unknown.Number)));
            }

            return;
        }

        bool isCertain = value.Targets.Length == 1 && !value.CanBeOther && !value.CanBeZero;
        foreach (Target target in value.Targets)
        {
            if (!World.TryGet(target.Site, out SiteState state))
                continue;
            ReleasedNow.Add(target.Site);
            bool isOtherPlace = target.IsMoved && how == SiteStatus.Freed; // whatever that call does, it does not give this block back
            World = World.Set(target.Site, isOtherPlace ? state.With(SiteStatus.Escaped | SiteStatus.Blurred, SiteStatus.Live)
                : isCertain ? state.ReleasedAt(call, how) : state.With(how | SiteStatus.Blurred, SiteStatus.Live));
            Log.Released(target.Site);
            if (isCertain && !isOtherPlace)
                Log.Freed(_scope.Sites[target.Site], call, how == SiteStatus.Resized);
        }
    }

    /// <summary>A place has got another value: a block to which it held the only pointer is lost.</summary>
    private void LoseWhatOnlyPointedFrom(Place place, Value before, Value after, SyntaxNode at)
    {
        foreach (Target target in before.Targets)
        {
            if (after.PointsInto(target.Site) || !World!.TryGet(target.Site, out SiteState state) || World.IsReferenced(target.Site))
                continue;
            bool isLost = state.IsLive || (place.IsField && state.Has(SiteStatus.InField) && !state.IsGone);
            if (isLost && !before.CanBeOther && !state.Has(SiteStatus.Thrown))
                Log.Add(FindingKind.Overwritten, at, _scope.Sites[target.Site]);
            else if (isLost)
                Log.AddLeak(_scope.Sites[target.Site], state, way: null);
            World = World.ForgetSite(target.Site);
        }
    }
}
