namespace Faultline.Kernel;

internal sealed unsafe partial class AnonVmas
{
    /// <summary>
    /// Throws <see cref="InvalidOperationException"/> unless every area that has an anon_vma is linked to it, and each anon_vma counts its
    /// links, its areas and those below it right, and there are no others.
    /// </summary>
    public void CheckInvariants(IEnumerable<VmaSet> sets)
    {
        var links = new Dictionary<nint, (int Links, int Active)>();
        ulong all = 0;
        foreach (VmaSet areas in sets)
        {
            for (int i = 0; i < areas.Count; i++)
            {
                ref Vma area = ref areas[i];
                bool own = area.AnonVma == null && area.Chain == null;
                for (AnonVmaChain* link = area.Chain; link != null; link = link->Next, all++)
                {
                    (int linked, int active) = links.GetValueOrDefault((nint)link->Map);
                    links[(nint)link->Map] = (linked + 1, active + (link->Map == area.AnonVma ? 1 : 0));
                    own |= link->Map == area.AnonVma;
                }

                if (!own)
                    throw new InvalidOperationException($"{area} is not linked to its own anon_vma");
            }
        }

        Expect(all, Links, "links of areas");
        CheckMaps(links);
    }

    /// <summary>A root may stay without links until what is below it has gone.</summary>
    private void CheckMaps(Dictionary<nint, (int Links, int Active)> links)
    {
        var children = new Dictionary<nint, (int Children, int References)>();
        var maps = new HashSet<nint>(links.Keys);
        foreach (nint at in links.Keys)
        {
            var map = (AnonVma*)at;
            (int count, int references) = children.GetValueOrDefault((nint)map->Parent);
            children[(nint)map->Parent] = (count + 1, references);
            (count, references) = children.GetValueOrDefault((nint)map->Root);
            children[(nint)map->Root] = (count, references + 1);
            maps.Add((nint)map->Root);
        }

        foreach (nint at in maps)
        {
            var map = (AnonVma*)at;
            (int linked, int active) = links.GetValueOrDefault(at);
            (int below, int references) = children.GetValueOrDefault(at);
            Expect((ulong)linked, (ulong)map->Links, "links of an anon_vma");
            Expect((ulong)active, (ulong)map->ActiveAreas, "areas of an anon_vma");
            Expect((ulong)below, (ulong)map->Children, "anon_vmas below one");
            Expect((ulong)(map->Root == map ? references : 1), (ulong)map->References, "references of an anon_vma");
        }

        Expect((ulong)maps.Count, Maps, "anon_vmas");
    }

    private static void Expect(ulong found, ulong counted, string what)
    {
        if (found != counted)
            throw new InvalidOperationException($"{found} {what} found, {counted} counted");
    }
}
