using System.Collections.Generic;

namespace Faultline.Analyzers.Flow;

/// <summary>The states at the starts of the nodes that have been reached, and which of them have to be run again.</summary>
internal sealed class NodeStates<TState>
    where TState : class
{
    private readonly SortedDictionary<(int Ordinal, int Context), FlowNode> _pending = [];
    private readonly Dictionary<(int Ordinal, int Context), int> _visits = [];
    private SortedDictionary<(int Ordinal, int Context), (FlowNode Node, TState State)> _states = [];

    /// <summary>In the graph's order.</summary>
    public IEnumerable<(FlowNode Node, TState State)> All => _states.Values;

    /// <summary>Some node was reached more often than once in a loop.</summary>
    public bool HasWidened => _visits.Count > 0;

    public TState? Get(FlowNode node) => _states.TryGetValue(node.Key, out (FlowNode, TState State) known) ? known.State : null;

    public void Set(FlowNode node, TState state)
    {
        _states[node.Key] = (node, state);
        _pending[node.Key] = node;
    }

    public int CountVisit(FlowNode node)
    {
        _visits.TryGetValue(node.Key, out int visits);
        return _visits[node.Key] = visits + 1;
    }

    public bool TakePending(out FlowNode node, out TState? state)
    {
        foreach (KeyValuePair<(int, int), FlowNode> first in _pending)
        {
            node = first.Value;
            state = Get(node);
            _pending.Remove(first.Key);
            return true;
        }

        node = default;
        state = null;
        return false;
    }

    public void Replace(NodeStates<TState> newer) => _states = newer._states;
}
