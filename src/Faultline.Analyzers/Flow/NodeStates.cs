using System.Collections.Generic;

namespace Faultline.Analyzers.Flow;

/// <summary>
/// The states at the starts of the nodes that have been reached, and which of them have to be run again. Nodes of one block, which differ
/// in their context, stand in a list, by context; most blocks have one.
/// </summary>
internal sealed class NodeStates<TState>
    where TState : class
{
    private Entry?[] _ofBlock;
    private int _firstPending; // no block before it has a pending node

    public NodeStates(int blocks) => _ofBlock = new Entry?[blocks];

    /// <summary>Some node was reached more often than once in a loop.</summary>
    public bool HasWidened { get; private set; }

    /// <summary>In the graph's order.</summary>
    public IEnumerable<Entry> All
    {
        get
        {
            List<Entry> all = [];
            foreach (Entry? first in _ofBlock)
                for (Entry? entry = first; entry != null; entry = entry.Next)
                    all.Add(entry);
            return all;
        }
    }

    public TState? Get(FlowNode node) => Find(node)?.State;

    public void Set(FlowNode node, TState state)
    {
        Entry entry = Find(node) ?? Add(node);
        entry.State = state;
        entry.IsPending = true;
        if (node.Ordinal < _firstPending)
            _firstPending = node.Ordinal;
    }

    public int CountVisit(FlowNode node)
    {
        HasWidened = true;
        return ++Find(node)!.Visits;
    }

    /// <summary>The first in the graph's order that has not been run since its state was set; null if there is none.</summary>
    public Entry? TakePending()
    {
        for (; _firstPending < _ofBlock.Length; _firstPending++)
            for (Entry? entry = _ofBlock[_firstPending]; entry != null; entry = entry.Next)
                if (entry.IsPending)
                {
                    entry.IsPending = false;
                    return entry;
                }

        return null;
    }

    public void Replace(NodeStates<TState> newer) => _ofBlock = newer._ofBlock;

    private Entry? Find(FlowNode node)
    {
        Entry? entry = _ofBlock[node.Ordinal];
        while (entry != null && entry.Node.Context != node.Context)
            entry = entry.Next;
        return entry;
    }

    private Entry Add(FlowNode node)
    {
        Entry? before = null;
        Entry? after = _ofBlock[node.Ordinal];
        for (; after != null && after.Node.Context.Id < node.Context.Id; after = after.Next)
            before = after;
        Entry entry = new(node) { Next = after };
        if (before == null)
            _ofBlock[node.Ordinal] = entry;
        else
            before.Next = entry;
        return entry;
    }

    internal sealed class Entry
    {
        public Entry(FlowNode node) => Node = node;

        public FlowNode Node { get; }

        public TState State { get; set; } = null!;

        public int Visits { get; set; }

        public bool IsPending { get; set; }

        public Entry? Next { get; set; }
    }
}
