// The node's list of slabs with free objects (struct kmem_cache_node, mm/slub.c, 6.18).

namespace Faultline.Kernel;

internal sealed unsafe partial class KmemCache
{
    private Slab* _partialHead;
    private Slab* _partialTail;

    public ulong PartialSlabs { get; private set; }

    /// <summary>Free objects in the node's partial slabs: all that Linux counts as free; processors' free objects count as in use.</summary>
    public ulong FreeOnNode()
    {
        ulong free = 0;
        for (Slab* slab = _partialHead; slab != null; slab = slab->Next)
            free += (ulong)(slab->Objects - slab->Taken);
        return free;
    }

    private void AddPartialFirst(Slab* slab)
    {
        slab->Place = SlabPlace.NodePartial;
        slab->Previous = null;
        slab->Next = _partialHead;
        if (_partialHead == null)
            _partialTail = slab;
        else
            _partialHead->Previous = slab;
        _partialHead = slab;
        PartialSlabs++;
    }

    private void AddPartialLast(Slab* slab)
    {
        slab->Place = SlabPlace.NodePartial;
        slab->Previous = _partialTail;
        slab->Next = null;
        if (_partialTail == null)
            _partialHead = slab;
        else
            _partialTail->Next = slab;
        _partialTail = slab;
        PartialSlabs++;
    }

    private void RemovePartial(Slab* slab)
    {
        if (slab->Previous == null)
            _partialHead = slab->Next;
        else
            slab->Previous->Next = slab->Next;
        if (slab->Next == null)
            _partialTail = slab->Previous;
        else
            slab->Next->Previous = slab->Previous;
        slab->Place = SlabPlace.None;
        PartialSlabs--;
    }
}
