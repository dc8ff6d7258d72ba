// Taking objects (mm/slub.c __slab_alloc_node, ___slab_alloc, get_partial_node, allocate_slab, 6.18).

using System.Runtime.CompilerServices;

namespace Faultline.Kernel;

internal sealed unsafe partial class KmemCache
{
    /// <summary>An object for a processor, or 0 when no page could be had.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Allocate(int cpu)
    {
        CpuSlab* c = _cpuSlabs + cpu;
        if (c->Free == Slab.End && !Refill(c, cpu))
            return 0;
        ushort number = c->Free;
        ushort* link = Slab.Links(c->Slab) + number;
        c->Free = *link;
        *link = Slab.InUse;
        ObjectsInUse++;
        return AddressOf(c->Slab, number);
    }

    /// <summary>True if the next <paramref name="count"/> objects can be had: if need be slabs are made ready.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Ensure(int cpu, int count)
    {
        CpuSlab* c = _cpuSlabs + cpu;
        ushort number = c->Free;
        for (int found = 0; found < count; found++, number = Slab.Links(c->Slab)[number])
            if (number == Slab.End)
                return HasMore(c, count - found) || MakeReady(c, cpu, count - found);
        return true;
    }

    /// <summary>Whether slabs at hand have so many free objects, beside the processor's own.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool HasMore(CpuSlab* c, int count)
    {
        if (c->Slab != null)
            count -= c->Slab->Objects - c->Slab->Taken;
        for (Slab* slab = c->Partial; slab != null && count > 0; slab = slab->Next)
            count -= slab->Objects - slab->Taken;
        for (Slab* slab = _partialHead; slab != null && count > 0; slab = slab->Next)
            count -= slab->Objects - slab->Taken;
        return count <= 0;
    }

    private bool MakeReady(CpuSlab* c, int cpu, int count)
    {
        for (int slabs = 1 + (count / _geometry.MinObjects); slabs > 0; slabs--)
        {
            Slab* slab = NewSlab(cpu);
            if (slab == null)
                return false;
            PutCpuPartial(c, slab, cpu, drain: true);
            if (HasMore(c, count))
                return true;
        }

        return false;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool Refill(CpuSlab* c, int cpu)
    {
        if (c->Slab != null && c->Slab->FirstFree != Slab.End)
        {
            Adopt(c, c->Slab);
            return true;
        }

        if (c->Slab != null)
            c->Slab->Place = SlabPlace.None;
        c->Slab = null;
        Slab* slab = c->Partial;
        if (slab != null)
            c->Partial = slab->Next;
        else if ((slab = TakeFromNode(c)) == null && (slab = NewSlab(cpu)) == null)
            return false;
        Adopt(c, slab);
        return true;
    }

    /// <summary>All free objects of a slab become the processor's.</summary>
    private static void Adopt(CpuSlab* c, Slab* slab)
    {
        c->Slab = slab;
        c->Free = slab->FirstFree;
        slab->FirstFree = Slab.End;
        slab->Taken = slab->Objects;
        slab->Place = SlabPlace.Cpu;
    }

    /// <summary>The node's first partial slab; the next ones, up to half of what a processor may keep, go on the processor's list.</summary>
    private Slab* TakeFromNode(CpuSlab* c)
    {
        Slab* slab = _partialHead;
        if (slab == null)
            return null;
        RemovePartial(slab);
        for (int more = 0; more <= _geometry.CpuPartialSlabs / 2 && _partialHead != null; more++)
        {
            Slab* next = _partialHead;
            RemovePartial(next);
            PutCpuPartial(c, next, 0, drain: false);
        }

        return slab;
    }

    /// <summary>The preferred order is only tried, without emptying anyone's lists; the smallest that holds an object is asked for in earnest.</summary>
    private Slab* NewSlab(int cpu)
    {
        int order = _geometry.Order;
        uint pfn = FrameAllocator.None;
        if (order > _geometry.MinOrder)
            pfn = _allocator.Allocate(cpu, order, _type, AllocationFlags.NoRetry);
        if (pfn == FrameAllocator.None)
        {
            order = _geometry.MinOrder;
            pfn = _allocator.Allocate(cpu, order, _type, AllocationFlags.None);
        }

        if (pfn == FrameAllocator.None)
            return null;
        Slab* slab = NewRecord();
        slab->Pfn = pfn;
        slab->Order = (byte)order;
        slab->Objects = (ushort)(order == _geometry.Order ? _geometry.Objects : _geometry.MinObjects);
        slab->Taken = 0;
        slab->Place = SlabPlace.None;
        Slab.LinkAll(slab);
        ref Frame head = ref _allocator.Frames[pfn];
        head.Table = (ulong)slab;
        head.Flags |= FrameFlags.Slab;
        Count(slab, 1);
        return slab;
    }

    private Slab* NewRecord()
    {
        Slab* slab = _freeRecords;
        if (slab != null)
            _freeRecords = slab->Next;
        else
            slab = (Slab*)_memory.Take(Slab.RecordBytes(_geometry.Objects));
        slab->NextOfCache = _all;
        slab->PreviousOfCache = null;
        if (_all != null)
            _all->PreviousOfCache = slab;
        return _all = slab;
    }

    private void Count(Slab* slab, long sign)
    {
        ulong pages = (ulong)(sign << slab->Order);
        Slabs += (ulong)sign;
        TotalObjects += (ulong)(sign * slab->Objects);
        Pages += pages;
        _stat[_counter] += pages;
    }
}
