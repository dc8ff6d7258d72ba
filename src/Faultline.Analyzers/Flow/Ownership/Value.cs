// What a local, a parameter or a field can hold. Only three things about a value matter here: which blocks it can point into, whether it
// can be null (or zero, or false), and, for flags and small states that steer a clean-up, which constant it is.

using System;
using System.Collections.Immutable;
using System.Linq;

namespace Faultline.Analyzers.Flow.Ownership;

/// <summary>An abstract value. <see cref="Unknown"/> says nothing and is never stored.</summary>
internal sealed class Value : IEquatable<Value>
{
    public static readonly Value Unknown = new([], canBeZero: true, canBeOther: true, null);
    public static readonly Value Zero = new([], canBeZero: true, canBeOther: false, 0);
    public static readonly Value NonZero = new([], canBeZero: false, canBeOther: true, null);

    private Value(ImmutableArray<Target> targets, bool canBeZero, bool canBeOther, long? constant, int decides = -1, bool grantsByZero = false)
    {
        Decides = decides;
        GrantsByZero = grantsByZero;
        Targets = targets;
        CanBeZero = canBeZero;
        CanBeOther = canBeOther;
        Constant = constant;
    }

    /// <summary>Ordered by site, one a site.</summary>
    public ImmutableArray<Target> Targets { get; }

    public bool CanBeZero { get; }

    /// <summary>Something that is not zero and not one of the targets.</summary>
    public bool CanBeOther { get; }

    /// <summary>Known only where the value is nothing else.</summary>
    public long? Constant { get; }

    /// <summary>The block of which this value tells whether it is there (what posix_memalign answers; `bool found = block != null`), or -1.</summary>
    public int Decides { get; }

    /// <summary>That block is there if this value is zero; else if it is not.</summary>
    public bool GrantsByZero { get; }

    public bool IsZero => CanBeZero && !CanBeOther && Targets.IsEmpty;

    public bool SaysNothing => CanBeZero && CanBeOther && Targets.IsEmpty && Decides < 0;

    public static Value PointingTo(Target target) => new([target], canBeZero: false, canBeOther: false, null);

    public static Value Deciding(int site, bool grantsByZero) => new([], canBeZero: true, canBeOther: true, null, site, grantsByZero);

    public static Value Of(long constant) => constant == 0 ? Zero : new Value([], canBeZero: false, canBeOther: true, constant);

    public static Value Of(bool truth) => Of(truth ? 1 : 0);

    public bool PointsInto(int site)
    {
        foreach (Target target in Targets)
            if (target.Site == site)
                return true;
        return false;
    }

    /// <summary>The targets alone, moved; null stays null only where the distance is zero.</summary>
    public Value Shift(long low, long high) => Targets.IsEmpty ? Unknown : With([.. Targets.Select(target => target.Shift(low, high))]);

    public Value Anywhere() => Targets.IsEmpty ? Unknown : With([.. Targets.Select(target => Target.Anywhere(target.Site))]);

    public Value WithoutZero() => new(Targets, canBeZero: false, CanBeOther, Constant == 0 ? null : Constant, Decides, GrantsByZero);

    public Value WithZeroFor(int site) => Targets.Length == 1 && !CanBeOther ? Zero : Without(site).Join(Zero);

    private Value Without(int site) => With([.. Targets.Where(target => target.Site != site)]);

    public Value Renamed(int from, int to)
    {
        if (!PointsInto(from))
            return this;
        Value moved = new([.. Targets.Where(target => target.Site == from).Select(target => new Target(to, target.Low, target.High))], false, false, null);
        return Without(from).Join(moved);
    }

    public Value Join(Value other) => Combine(other, (mine, theirs) => mine.Join(theirs));

    public Value Widen(Value after) => Combine(after, (before, now) => before.Widen(before.Join(now)));

    private Value Combine(Value other, Func<Target, Target, Target> combine)
    {
        if (ReferenceEquals(this, other) || Equals(other))
            return this;
        ImmutableArray<Target>.Builder merged = ImmutableArray.CreateBuilder<Target>();
        int i = 0;
        int j = 0;
        while (i < Targets.Length || j < other.Targets.Length)
        {
            if (j == other.Targets.Length || (i < Targets.Length && Targets[i].Site < other.Targets[j].Site))
                merged.Add(Targets[i++]);
            else if (i == Targets.Length || other.Targets[j].Site < Targets[i].Site)
                merged.Add(other.Targets[j++]);
            else
                merged.Add(combine(Targets[i++], other.Targets[j++]));
        }

        return new Value(merged.ToImmutable(), CanBeZero || other.CanBeZero, CanBeOther || other.CanBeOther,
            Constant == other.Constant ? Constant : null, Decides == other.Decides && GrantsByZero == other.GrantsByZero ? Decides : -1, GrantsByZero);
    }

    private Value With(ImmutableArray<Target> targets) => new(targets, CanBeZero, CanBeOther, null);

    public bool Equals(Value? other)
        => other != null && CanBeZero == other.CanBeZero && CanBeOther == other.CanBeOther && Constant == other.Constant && Decides == other.Decides && (Decides < 0 || GrantsByZero == other.GrantsByZero) && Targets.SequenceEqual(other.Targets);

    public override bool Equals(object? obj) => Equals(obj as Value);

    public override int GetHashCode() => Targets.Length;
}
