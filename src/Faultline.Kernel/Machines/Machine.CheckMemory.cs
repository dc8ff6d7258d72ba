namespace Faultline.Kernel;

public sealed unsafe partial class Machine
{
    /// <summary>Reverse maps find every entry that maps an anonymous frame, and the frame itself knows of no other.</summary>
    private void CheckReverseMaps(MappingTally tally)
    {
        foreach ((uint frame, int count) in tally.PteMappings)
            if ((Frames.Frames[frame].Flags & FrameFlags.FileCache) == 0 && ReverseMap.Find(frame).Count is var found && found != count)
                throw new InvalidOperationException($"frame {frame} is mapped by {count} PTEs, its reverse map finds {found}");
        foreach ((uint head, int count) in tally.LeafMappings)
            if ((Frames.Frames[head].Flags & FrameFlags.FileCache) == 0 && ReverseMap.FindLeaves(head).Count is var found && found != count)
                throw new InvalidOperationException($"huge page {head} is mapped whole {count} times, its reverse map finds {found}");
        ReverseMap.CheckInvariants();
    }

    /// <summary>What is charged to each memory cgroup is what its frames say, and what it took ahead.</summary>
    private void CheckCgroups(MappingTally tally, HashSet<uint> heads, HashSet<uint> cached)
    {
        if (_cgroups.Count == 1)
            return;
        var charged = new ulong[_cgroups.Count];
        foreach (uint frame in tally.PteMappings.Keys.Concat(cached).Distinct())
            if (!IsPiece(frame))
                charged[Frames.Frames[frame].Cgroup]++;
        foreach (uint head in heads)
            charged[Frames.Frames[head].Cgroup] += Migratetypes.PageblockPages;
        foreach (MemoryCgroup group in Cgroups)
            group.CheckInvariants(charged[group.Number]);
    }

    /// <summary>Reverse maps of private memory are those of the areas, and each is an object; a cache that is also another's holds that one's objects too.</summary>
    private void CheckAnonVmas()
    {
        AnonVmas.CheckInvariants(_processes.Select(process => process.Areas));
        Expect(AnonVmas.Maps, Caches.AnonVma.ObjectsInUse, "anon_vmas", "anon_vma objects");
        ulong others = Caches.FsCache == Caches.AnonVmaChain ? (ulong)_processes.Count : 0;
        Expect(AnonVmas.Links + others, Caches.AnonVmaChain.ObjectsInUse, "links to anon_vmas", "anon_vma_chain objects");
    }
}
