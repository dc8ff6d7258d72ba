// What holds on one kind of path. Paths that leave the same blocks to be freed are joined into one world; those that differ in that are
// kept apart (Das, Lerner and Seigle, "ESP", 2002). That is what makes correlated branches come out right:
//
//   bool owns = n > 128;                 world 1: owns, p is live          world 2: not owns, p points to the stack
//   …
//   if (owns) Free(p);                   only world 1 comes here           only world 2 goes past

using System;
using System.Collections.Generic;
using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Flow.Ownership;

/// <summary>Immutable: the values of places, the status of sites, and which conditions have been seen to hold.</summary>
internal sealed class World
{
    public static readonly World Empty = new(null, null, null, null, null);

    private readonly PatriciaMap<Value>? _locals;
    private readonly PatriciaMap<Value>? _fields;
    private readonly PatriciaMap<SiteState>? _sites;
    private readonly PatriciaMap<Fact>? _facts;
    private int[]? _live;

    private World(PatriciaMap<Value>? locals, PatriciaMap<Value>? fields, PatriciaMap<SiteState>? sites, PatriciaMap<Fact>? facts, SyntaxNode? way)
    {
        _locals = locals;
        _fields = fields;
        _sites = sites;
        _facts = facts;
        Way = way;
    }

    /// <summary>The return or throw that this world is on its way out by; null inside of the body.</summary>
    public SyntaxNode? Way { get; }

    public Value this[Place place] => PatriciaMap<Value>.TryGet(place.IsShared ? _fields : _locals, place.Number, out Value value) ? value : Value.Unknown;

    public bool Knows(Place place) => PatriciaMap<Value>.TryGet(place.IsShared ? _fields : _locals, place.Number, out _);

    public World Set(Place place, Value value)
    {
        PatriciaMap<Value>? map = place.IsShared ? _fields : _locals;
        map = value.SaysNothing ? PatriciaMap<Value>.Remove(map, place.Number) : PatriciaMap<Value>.Set(map, place.Number, value);
        return place.IsShared ? With(_locals, map, _sites, _facts) : With(map, _fields, _sites, _facts);
    }

    public bool TryGet(int site, out SiteState state) => PatriciaMap<SiteState>.TryGet(_sites, site, out state);

    public World Set(int site, SiteState state) => With(_locals, _fields, PatriciaMap<SiteState>.Set(_sites, site, state), _facts);

    public World ForgetSite(int site) => With(_locals, _fields, PatriciaMap<SiteState>.Remove(_sites, site), _facts);

    public World ForgetFields() => With(_locals, null, _sites, _facts);

    public bool? Fact(int condition) => PatriciaMap<Fact>.TryGet(_facts, condition, out Fact fact) ? fact.Holds : null;

    public World Learn(int condition, bool holds) => With(_locals, _fields, _sites, PatriciaMap<Fact>.Set(_facts, condition, new Fact(holds)));

    public World Unlearn(int condition) => With(_locals, _fields, _sites, PatriciaMap<Fact>.Remove(_facts, condition));

    public World LeavingBy(SyntaxNode? way) => ReferenceEquals(way, Way) ? this : new World(_locals, _fields, _sites, _facts, way);

    /// <summary>Only what the object keeps: how another call of a method finds it.</summary>
    public World FieldsOnly() => new(null, _fields, PatriciaMap<SiteState>.Keep(_sites, static (SiteState state, out SiteState kept) => (kept = state).IsGone), null, null);

    public bool IsReferenced(int site) => PatriciaMap<Value>.Any(_locals, (_, value) => value.PointsInto(site)) || PatriciaMap<Value>.Any(_fields, (_, value) => value.PointsInto(site));

    /// <summary>Every pointer to one site becomes one to another.</summary>
    public World Rename(int from, int to)
    {
        PatriciaMap<Value>.Keeper rename = (Value value, out Value kept) =>
        {
            kept = value.Renamed(from, to);
            return true;
        };
        return With(PatriciaMap<Value>.Keep(_locals, rename), PatriciaMap<Value>.Keep(_fields, rename), _sites, _facts);
    }

    /// <summary>There is no such block: what points to it is null.</summary>
    public World WithoutBlock(int site)
    {
        PatriciaMap<Value>.Keeper nullify = (Value value, out Value kept) =>
        {
            kept = value.PointsInto(site) ? value.WithZeroFor(site) : value;
            return !kept.SaysNothing;
        };
        return With(PatriciaMap<Value>.Keep(_locals, nullify), PatriciaMap<Value>.Keep(_fields, nullify), PatriciaMap<SiteState>.Remove(_sites, site), _facts);
    }

    public void ForEachSite(Action<int, SiteState> action) => PatriciaMap<SiteState>.Any(_sites, (site, state) =>
    {
        action(site, state);
        return false;
    });

    /// <summary>Worlds with the same key are joined: the live blocks, and whether an exception was thrown while they were.</summary>
    public bool HasSameKey(World other) => ReferenceEquals(_sites, other._sites) || LiveKey().AsSpan().SequenceEqual(other.LiveKey());

    public World Join(World other) => Merge(other, static (mine, theirs) => mine.Join(theirs));

    public World Widen(World after) => Merge(after, static (mine, theirs) => mine.Widen(theirs));

    private World Merge(World other, Func<Value, Value, Value> combine)
    {
        PatriciaMap<Value>.Merger merge = (int place, Value mine, Value theirs, out Value merged) => !(merged = combine(mine, theirs)).SaysNothing;
        PatriciaMap<Value>.Keeper weaken = (Value single, out Value kept) => !(kept = single.Join(Value.Unknown)).SaysNothing;
        SyntaxNode? way = Way == null || (other.Way != null && other.Way.SpanStart < Way.SpanStart) ? other.Way : Way;
        return With(
            PatriciaMap<Value>.Unite(_locals, other._locals, merge, weaken),
            PatriciaMap<Value>.Unite(_fields, other._fields, merge, weaken),
            PatriciaMap<SiteState>.Unite(
                _sites, other._sites,
                static (int site, SiteState mine, SiteState theirs, out SiteState merged) => { merged = mine.Join(theirs); return true; },
                static (SiteState single, out SiteState kept) => { kept = single.IsLive ? single.With(SiteStatus.Blurred, SiteStatus.Live) : single; return true; }),
            PatriciaMap<Fact>.Intersect(_facts, other._facts, static (int condition, Fact mine, Fact theirs, out Fact merged) => { merged = mine; return false; }),
            way);
    }

    /// <summary>Some block is there to be freed.</summary>
    public bool HasLive => LiveKey().Length > 0;

    private int[] LiveKey()
    {
        if (_live != null)
            return _live;
        List<int> live = [];
        ForEachSite((site, state) =>
        {
            if (state.IsLive)
                live.Add(2 * site + (state.Has(SiteStatus.Thrown) ? 1 : 0));
        });
        return _live = [.. live];
    }

    private World With(PatriciaMap<Value>? locals, PatriciaMap<Value>? fields, PatriciaMap<SiteState>? sites, PatriciaMap<Fact>? facts)
        => With(locals, fields, sites, facts, Way);

    private World With(PatriciaMap<Value>? locals, PatriciaMap<Value>? fields, PatriciaMap<SiteState>? sites, PatriciaMap<Fact>? facts, SyntaxNode? way)
        => ReferenceEquals(locals, _locals) && ReferenceEquals(fields, _fields) && ReferenceEquals(sites, _sites) && ReferenceEquals(facts, _facts) && ReferenceEquals(way, Way)
            ? this : new World(locals, fields, sites, facts, way);
}

/// <summary>How a condition over unchanged variables has come out.</summary>
internal sealed class Fact : IEquatable<Fact>
{
    public Fact(bool holds) => Holds = holds;

    public bool Holds { get; }

    public bool Equals(Fact? other) => other != null && Holds == other.Holds;

    public override bool Equals(object? obj) => Equals(obj as Fact);

    public override int GetHashCode() => Holds ? 1 : 0;
}
