using System;

namespace Faultline.Analyzers.Flow;

internal abstract partial class PatriciaMap<TValue>
{
    /// <summary>Answers false if the value says nothing once it holds on one side only, and is to be dropped.</summary>
    public delegate bool Keeper(TValue single, out TValue kept);

    /// <summary>
    /// The keys that either has: merged where both have them, weakened by <paramref name="keep"/> where one has. Where both are the same
    /// object nothing is looked at.
    /// </summary>
    public static PatriciaMap<TValue>? Unite(PatriciaMap<TValue>? mine, PatriciaMap<TValue>? theirs, Merger merge, Keeper keep)
    {
        if (ReferenceEquals(mine, theirs))
            return mine;
        if (mine == null || theirs == null)
            return Keep(mine ?? theirs, keep);
        if (mine is Leaf leaf)
            return UniteLeaf(theirs, leaf, merge, keep, isMine: true);
        if (theirs is Leaf other)
            return UniteLeaf(mine, other, merge, keep, isMine: false);

        Branch branch = (Branch)mine;
        Branch against = (Branch)theirs;
        if (branch.Bit == against.Bit && branch.Prefix == against.Prefix)
            return branch.With(Unite(branch.Left, against.Left, merge, keep), Unite(branch.Right, against.Right, merge, keep));
        if ((uint)branch.Bit > (uint)against.Bit && branch.Covers(against.Prefix))
            return (against.Prefix & branch.Bit) == 0
                ? branch.With(Unite(branch.Left, against, merge, keep), Keep(branch.Right, keep))
                : branch.With(Keep(branch.Left, keep), Unite(branch.Right, against, merge, keep));
        if ((uint)against.Bit > (uint)branch.Bit && against.Covers(branch.Prefix))
            return (branch.Prefix & against.Bit) == 0
                ? against.With(Unite(branch, against.Left, merge, keep), Keep(against.Right, keep))
                : against.With(Keep(against.Left, keep), Unite(branch, against.Right, merge, keep));
        PatriciaMap<TValue>? left = Keep(branch, keep);
        PatriciaMap<TValue>? right = Keep(against, keep);
        return left == null || right == null ? left ?? right : Link(branch.Prefix, left, against.Prefix, right);
    }

    /// <summary>The map with each value replaced; the same object if none changes.</summary>
    public static PatriciaMap<TValue>? Keep(PatriciaMap<TValue>? map, Keeper keep)
    {
        if (map is Branch branch)
            return branch.With(Keep(branch.Left, keep), Keep(branch.Right, keep));
        if (map is not Leaf leaf)
            return null;
        if (!keep(leaf.Value, out TValue kept))
            return null;
        return kept.Equals(leaf.Value) ? leaf : new Leaf(leaf.Key, kept);
    }

    /// <summary>Whether some entry fits; the walk ends at the first.</summary>
    public static bool Any(PatriciaMap<TValue>? map, Func<int, TValue, bool> fits) => map switch
    {
        Branch branch => Any(branch.Left, fits) || Any(branch.Right, fits),
        Leaf leaf => fits(leaf.Key, leaf.Value),
        _ => false,
    };

    private static PatriciaMap<TValue>? UniteLeaf(PatriciaMap<TValue> map, Leaf leaf, Merger merge, Keeper keep, bool isMine)
    {
        if (map is Branch branch)
        {
            if (!branch.Covers(leaf.Key))
                return WithLeaf(Keep(branch, keep), leaf, keep);
            return (leaf.Key & branch.Bit) == 0
                ? branch.With(UniteLeaf(branch.Left, leaf, merge, keep, isMine), Keep(branch.Right, keep))
                : branch.With(Keep(branch.Left, keep), UniteLeaf(branch.Right, leaf, merge, keep, isMine));
        }

        Leaf single = (Leaf)map;
        if (single.Key != leaf.Key)
            return WithLeaf(Keep(single, keep), leaf, keep);
        return isMine ? Merge(leaf, single.Value, merge) : Merge(single, leaf.Value, merge);
    }

    private static PatriciaMap<TValue>? WithLeaf(PatriciaMap<TValue>? map, Leaf leaf, Keeper keep)
        => keep(leaf.Value, out TValue kept) ? Set(map, leaf.Key, kept) : map;
}
