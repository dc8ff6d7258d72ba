// Nodes come and go (lib/xarray.c xas_expand, xas_create, xas_delete_node, xas_shrink, 6.18).

namespace Faultline.Kernel;

internal sealed unsafe partial class PageTree
{
    /// <summary>Makes room for entries of [index, index + count). False when kernel memory ran out; no node has been added then.</summary>
    public bool TryMake(ulong index, ulong count, int cpu)
    {
        ulong end = index + count;
        for (ulong at = index; at < end; at = (at | (Slots - 1)) + 1)
        {
            if (at >> Bits == _leafTag || Make(Math.Min(at | (Slots - 1), end - 1), cpu))
                continue;
            DropEmpty(index, end);
            return false;
        }

        return true;
    }

    /// <summary>Gives back nodes that <see cref="TryMake"/> made and nothing was put into.</summary>
    public void DropEmpty(ulong index, ulong end)
    {
        for (ulong at = index; at < end && _levels != 0; at = (at | (Slots - 1)) + 1)
            if (FindLeaf(at, out _) is var leaf && leaf != null && leaf->Count == 0)
                Delete(leaf);
    }

    /// <summary>A node goes with all its entries, which are shadows.</summary>
    public void RemoveNode(TreeNode* node)
    {
        node->Count = node->Values = 0;
        Delete(node);
    }

    /// <summary>Nodes of the tree, counted by walking it. Throws <see cref="InvalidOperationException"/> unless each counts its entries right and is needed.</summary>
    public ulong CheckInvariants() => _levels == 0 ? 0 : Check(_root, _levels - 1);

    private bool Make(ulong index, int cpu)
    {
        while (Missing(index) is var missing && missing != 0)
        {
            if (_nodes.HasReady(missing))
                break;
            if (_nodes.TryReady(missing, cpu))
                continue;
            _nodes.GiveReady();
            return false;
        }

        if (index != 0 || _levels != 0)
            Build(index);
        _nodes.GiveReady();
        return true;
    }

    /// <summary>Nodes that would have to be made to reach a page number.</summary>
    private int Missing(ulong index)
    {
        if (_levels == 0)
            return index == 0 ? 0 : _head == 0 ? LevelsFor(index) : (2 * LevelsFor(index)) - 1;
        int levels = Math.Max(_levels, LevelsFor(index));
        if (levels > _levels)
            return levels - _levels + levels - 1;
        TreeNode* node = _root;
        for (int level = _levels - 1; level > 0; level--)
        {
            node = (TreeNode*)node->Slots[(index >> (level * Bits)) & (Slots - 1)];
            if (node == null)
                return level;
        }

        return 0;
    }

    private static int LevelsFor(ulong index)
    {
        int levels = 1;
        while (index >> (levels * Bits) != 0)
            levels++;
        return levels;
    }

    private void Build(ulong index)
    {
        if (_levels == 0 && _head == 0)
        {
            _root = _nodes.Take(_file);
            _levels = LevelsFor(index);
        }

        while (_levels == 0 || index >> (_levels * Bits) != 0)
            Grow();
        TreeNode* node = _root;
        for (int level = _levels - 1; level > 0; level--)
        {
            int offset = (int)(index >> (level * Bits)) & (Slots - 1);
            if (node->Slots[offset] == 0)
            {
                TreeNode* child = _nodes.Take(_file);
                child->Offset = (byte)offset;
                child->Parent = node;
                node->Slots[offset] = (ulong)child;
                node->Count++;
            }

            node = (TreeNode*)node->Slots[offset];
        }
    }

    /// <summary>One level more on top; what there was is its first slot.</summary>
    private void Grow()
    {
        TreeNode* top = _nodes.Take(_file);
        top->Count = 1;
        top->Slots[0] = _levels == 0 ? _head : (ulong)_root;
        top->Values = _levels == 0 && CacheEntry.IsValue(_head) ? (byte)1 : (byte)0;
        if (_levels != 0)
            _root->Parent = top;
        else
            NoteChange(top);
        _head = 0;
        _root = top;
        _levels++;
    }

    private void CountDown(TreeNode* node)
    {
        node->Count--;
        if (node->Count == 0)
        {
            Delete(node);
            return;
        }

        NoteChange(node);
        Shrink();
    }

    /// <summary>An empty node goes, and those above it that are empty then.</summary>
    private void Delete(TreeNode* node)
    {
        _leafTag = ulong.MaxValue;
        while (node->Count == 0)
        {
            TreeNode* parent = node->Parent;
            int offset = node->Offset;
            _nodes.Give(node);
            if (parent == null)
            {
                _root = null;
                _levels = 0;
                return;
            }

            parent->Slots[offset] = 0;
            parent->Count--;
            node = parent;
        }

        Shrink();
    }

    /// <summary>A root with nothing but its first slot is not needed; nor is a lowest node with nothing but page 0.</summary>
    private void Shrink()
    {
        while (_levels != 0 && _root->Count == 1 && _root->Slots[0] != 0)
        {
            TreeNode* old = _root;
            ulong first = old->Slots[0];
            _leafTag = ulong.MaxValue;
            _levels--;
            _head = _levels == 0 ? first : 0;
            _root = _levels == 0 ? null : (TreeNode*)first;
            if (_root != null)
                _root->Parent = null;
            _nodes.Give(old);
        }
    }

    private ulong Check(TreeNode* node, int level)
    {
        ulong nodes = 1;
        (int used, int values) = (0, 0);
        for (int i = 0; i < Slots; i++)
        {
            ulong slot = node->Slots[i];
            used += slot != 0 ? 1 : 0;
            values += level == 0 && CacheEntry.IsValue(slot) ? 1 : 0;
            if (level == 0 || slot == 0)
                continue;
            var child = (TreeNode*)slot;
            if (child->Parent != node || child->Offset != i)
                throw new InvalidOperationException($"a node of file {_file} does not know its place {i}");
            nodes += Check(child, level - 1);
        }

        if (used == 0 || used != node->Count || values != node->Values || node->File != _file || node->IsListed != (_hasShadows && used == values))
            throw new InvalidOperationException($"a node of file {_file} has {used} entries, {values} of them no pages; counted are {node->Count} and {node->Values}");
        return nodes;
    }
}
