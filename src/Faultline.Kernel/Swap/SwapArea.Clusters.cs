// Which slot is taken next (mm/swapfile.c cluster_alloc_swap_entry, alloc_swap_scan_cluster, relocate_cluster,
// partial_free_cluster, 6.18). The area is divided into clusters of 512 slots. A cluster is filled from its start to its end, so
// that pages written together lie together; slots freed behind the hand wait until the cluster comes up again.
//
//   free ──► being filled ──► full ◄─────────┐          nonfull: was full or being filled, some slot was freed
//    ▲          │      ▲       │ one freed   │          frag: scanned to its end without becoming full
//    └──────────┴── nonfull, frag ◄──────────┘

namespace Faultline.Kernel;

internal sealed unsafe partial class SwapArea
{
    private const int ClusterShift = 9;
    private const uint ClusterSlots = 1u << ClusterShift;
    private const int NoCluster = -1;

    /// <summary>The slot to try first, one a processor, or one for all on a rotating disk; 0: take a new cluster.</summary>
    private readonly uint[] _next;
    private readonly ClusterQueue _free = new();
    private readonly ClusterQueue _nonfull = new();
    private readonly ClusterQueue _frag = new();
    private readonly ClusterQueue _full = new();
    private Cluster[] _clusters = [];

    private void MakeClusters()
    {
        _clusters = new Cluster[(End + ClusterSlots - 1) >> ClusterShift];
        for (int i = 0; i < _clusters.Length; i++)
        {
            uint slots = Math.Min(ClusterSlots, End - ((uint)i << ClusterShift));
            _clusters[i].Used = ClusterSlots - slots + (i == 0 ? 1u : 0);
            Move(i, _clusters[i].Used == 0 ? _free : _clusters[i].Used == ClusterSlots ? _full : _nonfull);
        }
    }

    private uint TakeSlot(int hand)
    {
        uint slot = 0;
        if (_next[hand] is var next and not 0)
        {
            int cluster = (int)(next >> ClusterShift);
            slot = Scan(hand, cluster, _clusters[cluster].Used == 0 ? StartOf(cluster) : next);
        }

        while (slot == 0 && _nonfull.First is var cluster and not NoCluster)
            slot = Isolate(hand, cluster);
        if (slot == 0 && _free.First is var fresh and not NoCluster)
            slot = Isolate(hand, fresh);
        if (slot == 0 && _frag.First is var scattered and not NoCluster)
            slot = Isolate(hand, scattered);
        return slot;
    }

    private uint Isolate(int hand, int cluster)
    {
        Move(cluster, null);
        return Scan(hand, cluster, StartOf(cluster));
    }

    /// <summary>The first free slot of the cluster from one on, or 0. Remembers where to go on, and puts the cluster where it belongs now.</summary>
    private uint Scan(int hand, int cluster, uint slot)
    {
        uint found = 0, next = 0;
        uint end = Math.Min(End, StartOf(cluster) + ClusterSlots);
        for (uint at = Math.Max(slot, 1); at < end && _clusters[cluster].Used < ClusterSlots; at++)
        {
            if (!_slots[at].IsFree)
                continue;
            found = at;
            _clusters[cluster].Used++;
            if (_clusters[cluster].Used < ClusterSlots && at + 1 < end)
                next = at + 1;
            break;
        }

        Move(cluster, _clusters[cluster].Used == 0 ? _free : _clusters[cluster].Used == ClusterSlots ? _full : _frag);
        _next[hand] = next;
        return found;
    }

    private void FreeInCluster(uint slot)
    {
        int cluster = (int)(slot >> ClusterShift);
        _clusters[cluster].Used--;
        Move(cluster, _clusters[cluster].Used == 0 ? _free : _nonfull);
    }

    private static uint StartOf(int cluster) => (uint)cluster << ClusterShift;

    /// <summary>To the end of a queue, or off all of them. Where it is already on that queue it stays in its place.</summary>
    private void Move(int cluster, ClusterQueue? queue)
    {
        ref Cluster moved = ref _clusters[cluster];
        if (moved.Queue == queue)
            return;
        moved.Queue?.Remove(_clusters, cluster);
        moved.Queue = queue;
        queue?.AddLast(_clusters, cluster);
    }

    /// <summary>Throws <see cref="InvalidOperationException"/> unless the clusters count their slots right and lie on the right queues.</summary>
    private void CheckClusters()
    {
        ulong used = 0;
        for (int i = 0; i < _clusters.Length; i++)
        {
            uint end = Math.Min(End, StartOf(i) + ClusterSlots);
            uint inUse = ClusterSlots - (end - StartOf(i)) + (i == 0 ? 1u : 0);
            used -= inUse;
            for (uint slot = Math.Max(StartOf(i), 1); slot < end; slot++)
                inUse += _slots[slot].IsFree ? 0u : 1;
            used += inUse;
            bool right = inUse == ClusterSlots ? _clusters[i].Queue == _full : _clusters[i].Queue != _full && _clusters[i].Queue != null;
            if (inUse != _clusters[i].Used || !right || (inUse == 0 && _clusters[i].Queue != _free))
                throw new InvalidOperationException($"swap cluster {i} uses {inUse} slots, {_clusters[i].Used} are counted, or lies on the wrong queue");
        }

        if (used != Used)
            throw new InvalidOperationException($"{used} swap slots are in use, {Used} are counted");
    }

    private struct Cluster
    {
        public uint Used;
        public int Next;
        public int Previous;
        public ClusterQueue? Queue;
    }

    private sealed class ClusterQueue
    {
        public int First { get; private set; } = NoCluster;

        private int Last { get; set; } = NoCluster;

        public void AddLast(Cluster[] clusters, int cluster)
        {
            (clusters[cluster].Previous, clusters[cluster].Next) = (Last, NoCluster);
            if (Last == NoCluster)
                First = cluster;
            else
                clusters[Last].Next = cluster;
            Last = cluster;
        }

        public void Remove(Cluster[] clusters, int cluster)
        {
            (int next, int previous) = (clusters[cluster].Next, clusters[cluster].Previous);
            if (previous == NoCluster)
                First = next;
            else
                clusters[previous].Next = next;
            if (next == NoCluster)
                Last = previous;
            else
                clusters[next].Previous = previous;
        }
    }
}
