// Where nodes of page trees come from (lib/xarray.c xas_nomem, xas_alloc; mm/workingset.c workingset_update_node, shadow_lru_isolate,
// count_shadow_nodes, 6.18): cache radix_tree_node. Whoever needs some has them made ready first, since the search for memory may change the
// tree. A node of which only shadows are left serves no page any more; the oldest go when memory is short and there are too many.

using Faultline.Kernel.Host;

namespace Faultline.Kernel;

/// <summary>The nodes of all page trees of a machine, and the shrinker of those without pages.</summary>
internal sealed unsafe class TreeNodes(Machine machine, TablePool tables) : Shrinker
{
    private readonly RecordPool<TreeNode> _records = new(tables);
    private readonly KmemCache _cache = machine.Caches.RadixTreeNode;
    private TreeNode* _ready;
    private int _readyCount;
    private TreeNode* _oldest;
    private TreeNode* _newest;

    /// <summary>Nodes in trees.</summary>
    public ulong InUse { get; private set; }

    public bool HasReady(int count) => _readyCount >= count;

    /// <summary>A shadow costs nothing to give up.</summary>
    public override int Seeks => 0;

    /// <summary>Has so many nodes ready; false, with those that are, when kernel memory ran out.</summary>
    public bool TryReady(int count, int cpu)
    {
        while (_readyCount < count)
        {
            ulong record = _cache.Allocate(cpu);
            if (record == 0)
                return false;
            TreeNode* node = _records.Take();
            node->Object = record;
            node->Next = _ready;
            _ready = node;
            _readyCount++;
        }

        return true;
    }

    /// <summary>Gives back what was made ready and not used.</summary>
    public void GiveReady()
    {
        while (_ready != null)
        {
            TreeNode* node = TakeReady();
            _cache.Free(0, node->Object);
            _records.Give(node);
        }
    }

    /// <summary>One that was made ready, empty.</summary>
    public TreeNode* Take(uint file)
    {
        TreeNode* node = TakeReady();
        node->File = file;
        InUse++;
        return node;
    }

    public void Give(TreeNode* node)
    {
        if (node->IsListed)
            Unlist(node);
        InUse--;
        _cache.Free(0, node->Object);
        _records.Give(node);
    }

    /// <summary>What the node holds has changed: with shadows only it is on the list, else not.</summary>
    public void NoteChange(TreeNode* node)
    {
        bool shadows = node->Count != 0 && node->Count == node->Values;
        if (shadows == node->IsListed)
            return;
        if (shadows)
            List(node);
        else
            Unlist(node);
    }

    /// <summary>Those beyond what the machine's own pages on the lists and in slabs are worth: a node for eight pages.</summary>
    public override ulong Count()
    {
        ulong pages = machine.Caches.Pages;
        for (LruList list = 0; (int)list < Lruvec.Lists; list++)
            pages += machine.Lru.Root.Size(list);
        ulong most = pages >> (TreeNode.Bits - 3), nodes = machine.Stat[VmEvent.workingset_nodes];
        return nodes <= most ? 0 : nodes - most;
    }

    public override ulong Scan(ulong objects)
    {
        ulong given = 0;
        for (; given < objects && _oldest != null; given++)
        {
            TreeNode* node = _oldest;
            Inode file = machine.Files.Numbered(node->File);
            file.Values -= node->Values;
            file.Pages.RemoveNode(node);
            machine.Stat[VmEvent.workingset_nodereclaim]++;
        }

        return given;
    }

    private TreeNode* TakeReady()
    {
        TreeNode* node = _ready;
        _ready = node->Next;
        node->Next = null;
        _readyCount--;
        return node;
    }

    private void List(TreeNode* node)
    {
        node->IsListed = true;
        node->Next = null;
        node->Previous = _newest;
        if (_newest == null)
            _oldest = node;
        else
            _newest->Next = node;
        _newest = node;
        machine.Stat[VmEvent.workingset_nodes]++;
    }

    private void Unlist(TreeNode* node)
    {
        node->IsListed = false;
        if (node->Previous == null)
            _oldest = node->Next;
        else
            node->Previous->Next = node->Next;
        if (node->Next == null)
            _newest = node->Previous;
        else
            node->Next->Previous = node->Previous;
        node->Next = null;
        node->Previous = null;
        machine.Stat[VmEvent.workingset_nodes]--;
    }
}
