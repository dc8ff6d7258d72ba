using System;
using System.Collections.Immutable;
using System.Linq;
using Faultline.Analyzers.Context;

namespace Faultline.Analyzers.Flow.Pointers;

/// <summary>The allocation calls that a pointer can come from; empty for a null pointer.</summary>
internal sealed class Origins : IEquatable<Origins>
{
    public static readonly Origins Null = new([]);

    private Origins(ImmutableArray<AllocationCall> calls) => Calls = calls;

    /// <summary>In the order of the source.</summary>
    public ImmutableArray<AllocationCall> Calls { get; }

    public static Origins Of(AllocationCall call) => new([call]);

    public Origins Join(Origins other)
    {
        if (other.Calls.All(Contains))
            return this;
        return Calls.All(other.Contains) ? other : new(
            Calls.AddRange(other.Calls.Where(call => !Contains(call))).Sort((a, b) => a.Syntax.SpanStart.CompareTo(b.Syntax.SpanStart)));
    }

    public bool Equals(Origins? other) => other != null && Calls.Length == other.Calls.Length && Calls.All(other.Contains);

    public override bool Equals(object? obj) => Equals(obj as Origins);

    public override int GetHashCode() => Calls.Length == 0 ? 0 : Calls[0].Syntax.SpanStart;

    private bool Contains(AllocationCall call) => Calls.Any(own => own.Syntax == call.Syntax);
}
