using System.Collections.Immutable;
using System.Linq;

namespace Faultline.Analyzers.Flow.Ownership;

/// <summary>The worlds in which a point of the body can be reached: the solver's state.</summary>
internal sealed class Worlds
{
    /// <summary>Beyond this many, worlds are joined whatever they differ in; what differs is then not spoken of.</summary>
    private const int Limit = 12;

    public static readonly Worlds None = new([], isFolded: false);

    /// <summary>Once folded into one, always folded: the solver would not come to an end otherwise.</summary>
    private readonly bool _isFolded;

    private Worlds(ImmutableArray<World> all, bool isFolded)
    {
        All = all;
        _isFolded = isFolded;
    }

    public ImmutableArray<World> All { get; }

    public bool IsEmpty => All.IsEmpty;

    public bool HasLive
    {
        get
        {
            foreach (World world in All)
                if (world.HasLive)
                    return true;
            return false;
        }
    }

    public static Worlds Of(World world) => new([world], isFolded: false);

    /// <summary>Joins those that have become alike. Answers the same object if nothing is new.</summary>
    public Worlds With(ImmutableArray<World> worlds)
    {
        if (AreSame(worlds, All))
            return this;
        Worlds result = new([], _isFolded);
        foreach (World world in worlds)
            result = result.Add(world, widen: false);
        return result;
    }

    private static bool AreSame(ImmutableArray<World> worlds, ImmutableArray<World> others)
    {
        if (worlds.Length != others.Length)
            return false;
        for (int i = 0; i < worlds.Length; i++)
            if (!ReferenceEquals(worlds[i], others[i]))
                return false;
        return true;
    }

    public Worlds Join(Worlds other, bool widen = false)
    {
        if (ReferenceEquals(this, other))
            return this;
        Worlds result = other._isFolded && !_isFolded ? Fold() : this;
        foreach (World world in other.All)
            result = result.Add(world, widen);
        return result;
    }

    private Worlds Add(World world, bool widen)
    {
        for (int i = 0; i < All.Length; i++)
        {
            if (!_isFolded && !All[i].HasSameKey(world))
                continue;
            World joined = widen ? All[i].Widen(world) : All[i].Join(world);
            return ReferenceEquals(joined, All[i]) ? this : new Worlds(All.SetItem(i, joined), _isFolded);
        }

        Worlds more = new(All.Add(world), _isFolded);
        return more.All.Length > Limit ? more.Fold() : more;
    }

    private Worlds Fold() => All.IsEmpty
        ? new Worlds(All, isFolded: true)
        : new Worlds(ImmutableArray.Create(All.Skip(1).Aggregate(All[0], static (first, second) => first.Join(second))), isFolded: true);
}
