// Which page of a file lies where: a radix tree over page numbers (i_pages of struct address_space, lib/xarray.c, 6.18). Nodes have
// 512 slots where Linux's have 64, so that they can come from the pool that page tables come from; they cost no simulated memory.

namespace Faultline.Kernel;

/// <summary>Entries (<see cref="CacheEntry"/>) by page number, below 2^40; 0 where there is none. Nothing of it is on the GC heap.</summary>
internal sealed unsafe class PageTree(TablePool pool)
{
    public const ulong NoPage = ulong.MaxValue;

    private const int Bits = 9;
    private const int Slots = 1 << Bits;

    private ulong* _root;
    private int _levels;
    private ulong _leafTag = ulong.MaxValue;
    private ulong* _leaf;

    public ulong this[ulong index]
    {
        get
        {
            ulong* leaf = FindLeaf(index, out _);
            return leaf == null ? 0 : leaf[index & (Slots - 1)];
        }
    }

    /// <summary>The slot of a page number, the nodes on the way to it made where missing. Valid until <see cref="Clear"/>.</summary>
    public ulong* Slot(ulong index)
    {
        if (index >> Bits == _leafTag)
            return _leaf + (index & (Slots - 1));
        while (_levels == 0 || index >> (_levels * Bits) != 0)
            Grow();
        ulong* node = _root;
        for (int level = _levels - 1; level > 0; level--)
        {
            ulong* slot = node + ((index >> (level * Bits)) & (Slots - 1));
            if (*slot == 0)
                *slot = (ulong)pool.Take();
            node = (ulong*)*slot;
        }

        _leafTag = index >> Bits;
        _leaf = node;
        return node + (index & (Slots - 1));
    }

    /// <summary>The first page number from <paramref name="index"/> to <paramref name="last"/> (inclusive) that has an entry, or <see cref="NoPage"/>.</summary>
    public ulong Next(ulong index, ulong last)
    {
        while (index <= last)
        {
            ulong* leaf = FindLeaf(index, out int missing);
            if (leaf == null)
            {
                index = ((index >> missing) + 1) << missing;
                if (index >> (_levels * Bits) != 0)
                    return NoPage;
                continue;
            }

            ulong end = Math.Min(last, index | (Slots - 1));
            for (; index <= end; index++)
                if (leaf[index & (Slots - 1)] != 0)
                    return index;
        }

        return NoPage;
    }

    /// <summary>Gives the nodes back. Every entry must be 0.</summary>
    public void Clear()
    {
        if (_root != null)
            Free(_root, _levels - 1);
        _root = null;
        (_levels, _leafTag) = (0, ulong.MaxValue);
    }

    /// <summary>The node with the slots around a page number, or null; then the subtree of 2^missing pages around it does not exist.</summary>
    private ulong* FindLeaf(ulong index, out int missing)
    {
        missing = Bits;
        if (index >> Bits == _leafTag)
            return _leaf;
        if (_levels == 0 || index >> (_levels * Bits) != 0)
        {
            missing = Math.Max(_levels, 1) * Bits;
            return null;
        }

        ulong* node = _root;
        for (int level = _levels - 1; level > 0; level--)
        {
            missing = level * Bits;
            ulong child = node[(index >> missing) & (Slots - 1)];
            if (child == 0)
                return null;
            node = (ulong*)child;
        }

        _leafTag = index >> Bits;
        _leaf = node;
        return node;
    }

    private void Grow()
    {
        ulong* old = _root;
        _root = pool.Take();
        if (old != null)
            _root[0] = (ulong)old;
        _levels++;
    }

    private void Free(ulong* node, int level)
    {
        for (int i = 0; level > 0 && i < Slots; i++)
        {
            if (node[i] == 0)
                continue;
            Free((ulong*)node[i], level - 1);
            node[i] = 0;
        }

        pool.Give(node);
    }
}
