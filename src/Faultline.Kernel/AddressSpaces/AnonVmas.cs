// Making and dropping reverse maps of private memory (mm/rmap.c __anon_vma_prepare, anon_vma_clone, anon_vma_fork, unlink_anon_vmas,
// 6.18), with the kernel's objects that they take. The model finds pages by other means (ReverseMap): these decide which areas may merge
// and what /proc/slabinfo counts.

using Faultline.Kernel.Host;

namespace Faultline.Kernel;

/// <summary>The reverse maps of a machine.</summary>
internal sealed unsafe partial class AnonVmas(Machine machine)
{
    private readonly RecordPool<AnonVma> _maps = new(machine.Tables);
    private readonly RecordPool<AnonVmaChain> _links = new(machine.Tables);
    private readonly KmemCache _mapCache = machine.Caches.AnonVma;
    private readonly KmemCache _linkCache = machine.Caches.AnonVmaChain;

    /// <summary>anon_vmas there are.</summary>
    public ulong Maps { get; private set; }

    /// <summary>Links there are.</summary>
    public ulong Links { get; private set; }

    /// <summary>True if kernel memory for so many links can be had.</summary>
    public bool MayLink(int cpu, int count) => _linkCache.Ensure(cpu, count);

    /// <summary>The first private page of an area: it gets a neighbour's anon_vma, or where that is null a new one. False when kernel memory ran out.</summary>
    public bool TryPrepare(ref Vma area, AnonVma* neighbour, int cpu)
    {
        AnonVmaChain* link = NewLink(cpu);
        if (link == null)
            return false;
        AnonVma* map = neighbour != null ? neighbour : NewMap(null, cpu);
        if (map == null)
        {
            FreeLink(link, cpu);
            return false;
        }

        area.AnonVma = map;
        map->ActiveAreas++;
        Attach(ref area, link, map);
        return true;
    }

    /// <summary>
    /// Links an area to all that another is linked to, in the same order. One that has no anon_vma of its own while the other has takes over
    /// an ancestor's that no area uses any more and that has but one child. False, with nothing linked, when kernel memory ran out.
    /// </summary>
    public bool TryClone(ref Vma area, in Vma source, int cpu)
    {
        AnonVmaChain* first = null, last = null;
        AnonVma* reused = null;
        for (AnonVmaChain* link = source.Chain; link != null; link = link->Next)
        {
            AnonVmaChain* copy = NewLink(cpu);
            if (copy == null)
            {
                area.Chain = first;
                area.AnonVma = null;
                Unlink(ref area, cpu);
                return false;
            }

            copy->Map = link->Map;
            link->Map->Links++;
            if (first == null)
                first = copy;
            else
                last->Next = copy;
            last = copy;
            if (link->Map != source.AnonVma && link->Map->Children < 2 && link->Map->ActiveAreas == 0)
                reused = link->Map;
        }

        area.Chain = first;
        if (area.AnonVma == null)
            area.AnonVma = reused;
        if (area.AnonVma != null)
            area.AnonVma->ActiveAreas++;
        return true;
    }

    /// <summary>The area that fork makes of another: linked to what that is linked to, with an anon_vma of its own below it. False, with nothing linked, when kernel memory ran out.</summary>
    public bool TryFork(ref Vma child, in Vma parent, int cpu)
    {
        child.AnonVma = null;
        child.Chain = null;
        if (parent.AnonVma == null)
            return true;
        if (!TryClone(ref child, parent, cpu))
            return false;
        child.Flags |= VmaFlags.Forked;
        if (child.AnonVma != null)
            return true;
        AnonVma* map = NewMap(parent.AnonVma, cpu);
        AnonVmaChain* link = map == null ? null : NewLink(cpu);
        if (link == null)
        {
            if (map != null)
                Release(map, cpu);
            Unlink(ref child, cpu);
            return false;
        }

        parent.AnonVma->Children++;
        child.AnonVma = map;
        map->ActiveAreas++;
        Attach(ref child, link, map);
        return true;
    }

    /// <summary>The area is going: its links go, and with the last link of an anon_vma that too.</summary>
    public void Unlink(ref Vma area, int cpu)
    {
        if (area.AnonVma != null)
            area.AnonVma->ActiveAreas--;
        for (AnonVmaChain* link = area.Chain; link != null;)
        {
            AnonVmaChain* next = link->Next;
            AnonVma* map = link->Map;
            FreeLink(link, cpu);
            if (--map->Links == 0)
            {
                map->Parent->Children--;
                Release(map, cpu);
            }

            link = next;
        }

        area.AnonVma = null;
        area.Chain = null;
    }

    private static void Attach(ref Vma area, AnonVmaChain* link, AnonVma* map)
    {
        link->Map = map;
        link->Next = area.Chain;
        area.Chain = link;
        map->Links++;
    }

    /// <summary>A root where there is no parent: it counts as its own child.</summary>
    private AnonVma* NewMap(AnonVma* parent, int cpu)
    {
        ulong record = _mapCache.Allocate(cpu);
        if (record == 0)
            return null;
        AnonVma* map = _maps.Take();
        map->Object = record;
        map->References = 1;
        map->Parent = parent != null ? parent : map;
        map->Root = parent != null ? parent->Root : map;
        if (parent == null)
            map->Children = 1;
        else
            map->Root->References++;
        Maps++;
        return map;
    }

    /// <summary>A root stays until all that are below it have gone.</summary>
    private void Release(AnonVma* map, int cpu)
    {
        if (--map->References != 0)
            return;
        AnonVma* root = map->Root;
        _mapCache.Free(cpu, map->Object);
        _maps.Give(map);
        Maps--;
        if (root != map)
            Release(root, cpu);
    }

    private AnonVmaChain* NewLink(int cpu)
    {
        ulong record = _linkCache.Allocate(cpu);
        if (record == 0)
            return null;
        AnonVmaChain* link = _links.Take();
        link->Object = record;
        Links++;
        return link;
    }

    private void FreeLink(AnonVmaChain* link, int cpu)
    {
        _linkCache.Free(cpu, link->Object);
        _links.Give(link);
        Links--;
    }
}
