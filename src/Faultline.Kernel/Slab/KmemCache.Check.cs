namespace Faultline.Kernel;

internal sealed unsafe partial class KmemCache
{
    /// <summary>
    /// Throws <see cref="InvalidOperationException"/> unless every slab is where it says, free lists hold each object once, and all
    /// counts are those that a recount finds. Costs time in proportion to the places for objects.
    /// </summary>
    public void CheckInvariants()
    {
        var listed = new HashSet<nint>();
        CheckNode(listed);
        ulong free = 0;
        for (int cpu = 0; cpu < _cpus; cpu++)
            free += CheckCpu(_cpuSlabs + cpu, listed);
        (ulong slabs, ulong objects, ulong pages, ulong inUse) = (0, 0, 0, 0);
        for (Slab* slab = _all; slab != null; slab = slab->NextOfCache)
        {
            CheckSlab(slab, listed.Contains((nint)slab));
            slabs++;
            objects += slab->Objects;
            pages += 1UL << slab->Order;
            inUse += slab->Taken;
        }

        Expect(slabs, Slabs, "slabs");
        Expect(objects, TotalObjects, "places");
        Expect(pages, Pages, "pages");
        Expect(inUse - free, ObjectsInUse, "objects in use");
    }

    /// <summary>Handles of all objects in use, in no particular order: for checks.</summary>
    internal IEnumerable<ulong> EnumerateInUse()
    {
        var addresses = new List<ulong>();
        for (Slab* slab = _all; slab != null; slab = slab->NextOfCache)
            for (ushort number = 1; number <= slab->Objects; number++)
                if (Slab.Links(slab)[number] == Slab.InUse)
                    addresses.Add(AddressOf(slab, number));
        return addresses;
    }

    private void CheckNode(HashSet<nint> listed)
    {
        ulong count = 0;
        Slab* previous = null;
        for (Slab* slab = _partialHead; slab != null; previous = slab, slab = slab->Next, count++)
            if (!listed.Add((nint)slab) || slab->Place != SlabPlace.NodePartial || slab->Previous != previous || slab->FirstFree == Slab.End)
                throw new InvalidOperationException($"cache {Name}: the slab at frame {slab->Pfn} on the node's list is {slab->Place}, linked wrongly or has nothing free");
        if (_partialTail != previous)
            throw new InvalidOperationException($"cache {Name}: the node's list does not end at its tail");
        Expect(count, PartialSlabs, "partial slabs");
    }

    /// <summary>Answers the free objects that are the processor's own.</summary>
    private ulong CheckCpu(CpuSlab* c, HashSet<nint> listed)
    {
        int length = c->Partial == null ? 0 : c->Partial->ListLength;
        for (Slab* slab = c->Partial; slab != null; slab = slab->Next, length--)
            if (!listed.Add((nint)slab) || slab->Place != SlabPlace.CpuPartial || slab->ListLength != length || slab->FirstFree == Slab.End)
                throw new InvalidOperationException($"cache {Name}: the slab at frame {slab->Pfn} on a processor's list is {slab->Place}, on two lists, miscounted or has nothing free");
        if (c->Slab == null)
            return c->Free == Slab.End ? 0UL : throw new InvalidOperationException($"cache {Name}: a processor has free objects and no slab");
        if (!listed.Add((nint)c->Slab) || c->Slab->Place != SlabPlace.Cpu)
            throw new InvalidOperationException($"cache {Name}: a processor's slab at frame {c->Slab->Pfn} is {c->Slab->Place} or on a list");
        return (ulong)Slab.CountFree(c->Slab, c->Free);
    }

    private void CheckSlab(Slab* slab, bool listed)
    {
        Frame head = _allocator.Frames[slab->Pfn];
        if ((head.Flags & (FrameFlags.Slab | FrameFlags.Allocated)) != (FrameFlags.Slab | FrameFlags.Allocated) || head.Table != (ulong)slab || head.Order != slab->Order)
            throw new InvalidOperationException($"cache {Name}: frame {slab->Pfn} of a slab is {head.Flags}, order {head.Order}");
        if (listed != (slab->Place != SlabPlace.None) || (!listed && slab->FirstFree != Slab.End))
            throw new InvalidOperationException($"cache {Name}: the slab at frame {slab->Pfn} is {slab->Place}, {(listed ? "" : "not ")}listed");
        int linked = Slab.CountFree(slab, slab->FirstFree);
        Expect((ulong)(slab->Objects - linked), slab->Taken, $"objects taken in the slab at frame {slab->Pfn}");
    }

    private void Expect(ulong found, ulong counted, string what)
    {
        if (found != counted)
            throw new InvalidOperationException($"cache {Name}: {found} {what} found, {counted} counted");
    }
}
