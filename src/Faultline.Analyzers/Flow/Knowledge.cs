using System;

namespace Faultline.Analyzers.Flow;

/// <summary>
/// What is known of the places of a method at one point: a state of the solver. A place that is not in it is unknown, so a join keeps
/// only what both sides know. Immutable; an operation that changes nothing answers the same object.
/// </summary>
internal sealed class Knowledge<TValue>
    where TValue : IEquatable<TValue>
{
    public static readonly Knowledge<TValue> Nothing = new(null, null);

    private readonly PatriciaMap<TValue>? _values;
    private readonly PatriciaMap<TValue>? _fields;

    private Knowledge(PatriciaMap<TValue>? values, PatriciaMap<TValue>? fields)
    {
        _values = values;
        _fields = fields;
    }

    public bool TryGet(Place place, out TValue value) => PatriciaMap<TValue>.TryGet(place.IsShared ? _fields : _values, place.Number, out value);

    public Knowledge<TValue> Set(Place place, TValue value) => place.IsShared
        ? With(_values, PatriciaMap<TValue>.Set(_fields, place.Number, value))
        : With(PatriciaMap<TValue>.Set(_values, place.Number, value), _fields);

    public Knowledge<TValue> Forget(Place place) => place.IsShared
        ? With(_values, PatriciaMap<TValue>.Remove(_fields, place.Number))
        : With(PatriciaMap<TValue>.Remove(_values, place.Number), _fields);

    public Knowledge<TValue> ForgetFields() => With(_values, null);

    /// <summary>Merges each place that both know.</summary>
    public Knowledge<TValue> Merge(Knowledge<TValue> other, PatriciaMap<TValue>.Merger merge)
        => With(PatriciaMap<TValue>.Intersect(_values, other._values, merge), PatriciaMap<TValue>.Intersect(_fields, other._fields, merge));

    private Knowledge<TValue> With(PatriciaMap<TValue>? values, PatriciaMap<TValue>? fields)
        => ReferenceEquals(values, _values) && ReferenceEquals(fields, _fields) ? this : new(values, fields);
}
