// A persistent map from small integers, a big-endian Patricia trie (Okasaki and Gill, "Fast Mergeable Integer Maps", 1998). The states of
// a method differ from block to block in a few places only; two maps that come from a common one share all of the tree but the paths to
// what has changed, and merging stops at every part that is shared. With another kind of map each join would cost as much as the
// method has variables, and long methods would be analysed in quadratic time.
//
//      Branch(bit 4)            keys 1, 3, 4, 6: each branch splits by the highest bit in which its keys differ
//       /          \
//   Branch(2)    Branch(2)
//    1     3      4     6

using System;

namespace Faultline.Analyzers.Flow;

/// <summary>Immutable; null is the empty map. Operations that change nothing answer the same object.</summary>
internal abstract partial class PatriciaMap<TValue>
    where TValue : IEquatable<TValue>
{
    /// <summary>Answers false if the merged value says nothing and the key is to be dropped.</summary>
    public delegate bool Merger(int key, TValue mine, TValue theirs, out TValue merged);

    public static bool TryGet(PatriciaMap<TValue>? map, int key, out TValue value)
    {
        while (map is Branch branch)
            map = (key & branch.Bit) == 0 ? branch.Left : branch.Right;
        if (map is Leaf leaf && leaf.Key == key)
        {
            value = leaf.Value;
            return true;
        }

        value = default!;
        return false;
    }

    public static PatriciaMap<TValue> Set(PatriciaMap<TValue>? map, int key, TValue value)
    {
        switch (map)
        {
            case Branch branch when branch.Covers(key):
                return (key & branch.Bit) == 0
                    ? branch.With(Set(branch.Left, key, value), branch.Right)!
                    : branch.With(branch.Left, Set(branch.Right, key, value))!;
            case Branch branch:
                return Link(key, new Leaf(key, value), branch.Prefix, branch);
            case Leaf leaf when leaf.Key == key:
                return leaf.Value.Equals(value) ? leaf : new Leaf(key, value);
            case Leaf leaf:
                return Link(key, new Leaf(key, value), leaf.Key, leaf);
            default:
                return new Leaf(key, value);
        }
    }

    public static PatriciaMap<TValue>? Remove(PatriciaMap<TValue>? map, int key)
    {
        if (map is Leaf leaf)
            return leaf.Key == key ? null : leaf;
        if (map is not Branch branch || !branch.Covers(key))
            return map;
        return (key & branch.Bit) == 0
            ? branch.With(Remove(branch.Left, key), branch.Right)
            : branch.With(branch.Left, Remove(branch.Right, key));
    }

    /// <summary>The keys that both have; where both are the same object nothing is looked at.</summary>
    public static PatriciaMap<TValue>? Intersect(PatriciaMap<TValue>? mine, PatriciaMap<TValue>? theirs, Merger merge)
    {
        if (ReferenceEquals(mine, theirs) || mine == null)
            return mine;
        if (mine is Leaf leaf)
            return TryGet(theirs, leaf.Key, out TValue other) ? Merge(leaf, other, merge) : null;
        Branch branch = (Branch)mine;
        if (theirs is Leaf single)
            return TryGet(branch, single.Key, out TValue own) ? Merge(new Leaf(single.Key, own), single.Value, merge) : null;
        if (theirs is not Branch against)
            return null;
        if (branch.Bit == against.Bit)
            return branch.Prefix == against.Prefix
                ? branch.With(Intersect(branch.Left, against.Left, merge), Intersect(branch.Right, against.Right, merge)) : null;
        if ((uint)branch.Bit > (uint)against.Bit)
            return branch.Covers(against.Prefix) ? Intersect((against.Prefix & branch.Bit) == 0 ? branch.Left : branch.Right, against, merge) : null;
        return against.Covers(branch.Prefix) ? Intersect(branch, (branch.Prefix & against.Bit) == 0 ? against.Left : against.Right, merge) : null;
    }

    private static Leaf? Merge(Leaf mine, TValue theirs, Merger merge)
    {
        if (mine.Value.Equals(theirs))
            return mine;
        if (!merge(mine.Key, mine.Value, theirs, out TValue merged))
            return null;
        return merged.Equals(mine.Value) ? mine : new Leaf(mine.Key, merged);
    }

    private static Branch Link(int key, PatriciaMap<TValue> one, int otherKey, PatriciaMap<TValue> other)
    {
        int bit = HighestBit(key ^ otherKey);
        return (key & bit) == 0 ? new Branch(key, bit, one, other) : new Branch(key, bit, other, one);
    }

    private static int HighestBit(int bits)
    {
        int bit = 1;
        while ((bits >>= 1) != 0)
            bit <<= 1;
        return bit;
    }

    private sealed class Leaf : PatriciaMap<TValue>
    {
        public Leaf(int key, TValue value)
        {
            Key = key;
            Value = value;
        }

        public int Key { get; }

        public TValue Value { get; }
    }

    private sealed class Branch : PatriciaMap<TValue>
    {
        public Branch(int key, int bit, PatriciaMap<TValue> left, PatriciaMap<TValue> right)
        {
            Prefix = key & ~((bit << 1) - 1);
            Bit = bit;
            Left = left;
            Right = right;
        }

        /// <summary>The bits above <see cref="Bit"/>, which all keys have in common.</summary>
        public int Prefix { get; }

        public int Bit { get; }

        public PatriciaMap<TValue> Left { get; }

        public PatriciaMap<TValue> Right { get; }

        public bool Covers(int key) => (key & ~((Bit << 1) - 1)) == Prefix;

        public PatriciaMap<TValue>? With(PatriciaMap<TValue>? left, PatriciaMap<TValue>? right)
        {
            if (ReferenceEquals(left, Left) && ReferenceEquals(right, Right))
                return this;
            if (left == null || right == null)
                return left ?? right;
            return new Branch(Prefix, Bit, left, right);
        }
    }
}
