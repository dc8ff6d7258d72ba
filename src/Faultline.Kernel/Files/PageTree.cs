// Which page of a file lies where (i_pages of struct address_space, lib/xarray.c, 6.18): a radix tree over page numbers whose nodes have 64
// slots and are objects of the kernel's. A lone entry for page 0 needs no node: it is the tree's head. Of a folio each page has its slot, where
// Linux has one slot a level up for folios of 64 pages and more.

namespace Faultline.Kernel;

/// <summary>Entries (<see cref="CacheEntry"/>) by page number, below 2^40; 0 where there is none. Nothing of it is on the GC heap.</summary>
internal sealed unsafe partial class PageTree
{
    public const ulong NoPage = ulong.MaxValue;

    private const int Bits = TreeNode.Bits;
    private const int Slots = TreeNode.Size;

    private readonly TreeNodes _nodes;
    private readonly uint _file;
    private readonly bool _hasShadows;
    private TreeNode* _root;
    private int _levels;
    private ulong _head;
    private ulong _leafTag = ulong.MaxValue;
    private TreeNode* _leaf;

    /// <param name="nodes">The machine's.</param>
    /// <param name="file">Number of the file.</param>
    /// <param name="hasShadows">Entries that are no pages are shadows of evicted pages, which may be given up; else they are slots of swap.</param>
    public PageTree(TreeNodes nodes, uint file, bool hasShadows) => (_nodes, _file, _hasShadows) = (nodes, file, hasShadows);

    public ulong this[ulong index]
    {
        get
        {
            if (_levels == 0)
                return index == 0 ? _head : 0;
            TreeNode* leaf = FindLeaf(index, out _);
            return leaf == null ? 0 : leaf->Slots[index & (Slots - 1)];
        }
    }

    /// <summary>The first page number from <paramref name="index"/> to <paramref name="last"/> (inclusive) that has an entry, or <see cref="NoPage"/>.</summary>
    public ulong Next(ulong index, ulong last)
    {
        if (_levels == 0)
            return index == 0 && _head != 0 ? 0 : NoPage;
        while (index <= last)
        {
            TreeNode* leaf = FindLeaf(index, out int missing);
            if (leaf == null)
            {
                index = ((index >> missing) + 1) << missing;
                if (index >> (_levels * Bits) != 0)
                    return NoPage;
                continue;
            }

            ulong end = Math.Min(last, index | (Slots - 1));
            for (; index <= end; index++)
                if (leaf->Slots[index & (Slots - 1)] != 0)
                    return index;
        }

        return NoPage;
    }

    /// <summary>Writes an entry, 0 for none. There must be a place for it: it replaces another, or <see cref="TryMake"/> was asked. Nodes that are empty then are given back.</summary>
    public void Set(ulong index, ulong entry)
    {
        if (_levels == 0)
        {
            System.Diagnostics.Debug.Assert(index == 0);
            _head = entry;
            return;
        }

        TreeNode* leaf = FindLeaf(index, out _);
        ref ulong slot = ref leaf->Slots[index & (Slots - 1)];
        leaf->Values += CacheEntry.IsValue(entry) ? (byte)1 : (byte)0;
        leaf->Values -= CacheEntry.IsValue(slot) ? (byte)1 : (byte)0;
        bool was = slot != 0;
        slot = entry;
        if (was == (entry != 0))
            NoteChange(leaf);
        else if (!was)
            CountUp(leaf);
        else
            CountDown(leaf);
    }

    /// <summary>The node with the slots around a page number, or null; then the subtree of 2^missing pages around it does not exist.</summary>
    private TreeNode* FindLeaf(ulong index, out int missing)
    {
        missing = Bits;
        if (index >> Bits == _leafTag)
            return _leaf;
        if (index >> (_levels * Bits) != 0)
        {
            missing = Math.Max(_levels, 1) * Bits;
            return null;
        }

        TreeNode* node = _root;
        for (int level = _levels - 1; level > 0; level--)
        {
            missing = level * Bits;
            var child = (TreeNode*)node->Slots[(index >> missing) & (Slots - 1)];
            if (child == null)
                return null;
            node = child;
        }

        _leafTag = index >> Bits;
        _leaf = node;
        return node;
    }

    private void CountUp(TreeNode* node)
    {
        node->Count++;
        NoteChange(node);
    }

    private void NoteChange(TreeNode* node)
    {
        if (_hasShadows)
            _nodes.NoteChange(node);
    }
}
