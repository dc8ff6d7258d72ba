// Giving objects back (mm/slub.c do_slab_free, __slab_free, put_cpu_partial, __put_partials, discard_slab, 6.18).

using System.Runtime.CompilerServices;

namespace Faultline.Kernel;

internal sealed unsafe partial class KmemCache
{
    /// <summary>Gives an object back on a processor. Throws <see cref="InvalidOperationException"/> for what is no object in use of this cache.</summary>
    public void Free(int cpu, ulong address)
    {
        Slab* slab = SlabOf(address);
        uint offset = (uint)(address - ((ulong)slab->Pfn << PageSize.Shift));
        uint place = (uint)((offset * _reciprocal) >> 32);
        uint number = place + 1;
        if (number > slab->Objects || offset != place * _size || Slab.Links(slab)[number] != Slab.InUse)
            throw new InvalidOperationException($"0x{address:x} is no object in use of cache {Name}");
        ObjectsInUse--;
        CpuSlab* c = _cpuSlabs + cpu;
        if (slab == c->Slab)
        {
            Slab.Links(slab)[number] = c->Free;
            c->Free = (ushort)number;
        }
        else
        {
            FreeElsewhere(c, cpu, slab, (ushort)number);
        }
    }

    /// <summary>Flushes what processors keep and gives back every empty slab (kmem_cache_shrink). Answers the pages freed.</summary>
    public ulong Shrink(int cpu)
    {
        ulong before = Pages;
        for (int i = 0; i < _cpus; i++)
            Flush(_cpuSlabs + i, cpu);
        for (Slab* slab = _partialHead; slab != null;)
        {
            Slab* next = slab->Next;
            if (slab->Taken == 0)
            {
                RemovePartial(slab);
                Discard(cpu, slab);
            }

            slab = next;
        }

        return before - Pages;
    }

    private void FreeElsewhere(CpuSlab* c, int cpu, Slab* slab, ushort number)
    {
        Push(slab, number);
        if (slab->Place == SlabPlace.None)
            PutCpuPartial(c, slab, cpu, drain: true);
        else if (slab->Place == SlabPlace.NodePartial && slab->Taken == 0 && PartialSlabs >= (ulong)_geometry.MinPartial)
        {
            RemovePartial(slab);
            Discard(cpu, slab);
        }
    }

    private static void Push(Slab* slab, ushort number)
    {
        Slab.Links(slab)[number] = slab->FirstFree;
        slab->FirstFree = number;
        slab->Taken--;
    }

    /// <summary>When the list has reached its limit all of it goes to the node first.</summary>
    private void PutCpuPartial(CpuSlab* c, Slab* slab, int cpu, bool drain)
    {
        Slab* old = c->Partial;
        if (drain && old != null && old->ListLength >= _geometry.CpuPartialSlabs)
        {
            c->Partial = null;
            PutPartials(old, cpu);
            old = null;
        }

        slab->ListLength = old == null ? 1 : old->ListLength + 1;
        slab->Next = old;
        slab->Place = SlabPlace.CpuPartial;
        c->Partial = slab;
    }

    private void PutPartials(Slab* slab, int cpu)
    {
        while (slab != null)
        {
            Slab* next = slab->Next;
            if (slab->Taken == 0 && PartialSlabs >= (ulong)_geometry.MinPartial)
                Discard(cpu, slab);
            else
                AddPartialLast(slab);
            slab = next;
        }
    }

    private void Flush(CpuSlab* c, int cpu)
    {
        Slab* slab = c->Slab;
        if (slab != null)
        {
            while (c->Free != Slab.End)
            {
                ushort number = c->Free;
                c->Free = Slab.Links(slab)[number];
                Push(slab, number);
            }

            c->Slab = null;
            slab->Place = SlabPlace.None;
            if (slab->Taken == 0 && PartialSlabs >= (ulong)_geometry.MinPartial)
                Discard(cpu, slab);
            else if (slab->FirstFree != Slab.End)
                AddPartialFirst(slab);
        }

        Slab* partial = c->Partial;
        c->Partial = null;
        PutPartials(partial, cpu);
    }

    private void Discard(int cpu, Slab* slab)
    {
        Count(slab, -1);
        ref Frame head = ref _allocator.Frames[slab->Pfn];
        head.Flags &= ~FrameFlags.Slab;
        head.Table = 0;
        _allocator.Free(cpu, slab->Pfn, slab->Order);
        if (slab->PreviousOfCache == null)
            _all = slab->NextOfCache;
        else
            slab->PreviousOfCache->NextOfCache = slab->NextOfCache;
        if (slab->NextOfCache != null)
            slab->NextOfCache->PreviousOfCache = slab->PreviousOfCache;
        slab->Next = _freeRecords;
        _freeRecords = slab;
    }
}
