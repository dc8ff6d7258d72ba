namespace Faultline.Kernel;

public sealed unsafe partial class Machine
{
    /// <summary>
    /// Throws <see cref="InvalidOperationException"/> unless every process is consistent, every frame's map counts are those of the
    /// page tables that name it, and every frame is free or accounted for. Costs time in proportion to the memory in use.
    /// </summary>
    public void CheckInvariants()
    {
        Frames.CheckInvariants();
        var tally = new MappingTally();
        foreach (Process process in _processes)
            process.Check(tally);
        var heads = new HashSet<uint>(tally.LeafMappings.Keys);
        ulong single = 0;
        foreach ((uint frame, int count) in tally.PteMappings)
        {
            if (Frames.Frames[frame].MapCount != count)
                throw new InvalidOperationException($"frame {frame} is mapped by {count} PTEs, {Frames.Frames[frame].MapCount} are counted");
            if ((Frames.Frames[frame].Flags & FrameFlags.FileCache) != 0)
                continue;
            if (IsPiece(frame))
                heads.Add(frame & ~(Migratetypes.PageblockPages - 1));
            else
                single++;
        }

        foreach (uint head in heads)
            CheckHugePage(head, tally);
        ulong hugePages = (ulong)heads.Count + (HugeZeroFrame == FrameAllocator.None ? 0UL : 1);
        ulong tables = tally.Tables + (ulong)_processes.Count + Kernel.Tables;
        ulong kernel = CheckKernelObjects();
        var cached = new HashSet<uint>();
        single += Cache.CheckInvariants(frame => tally.PteMappings.GetValueOrDefault(frame), frame => cached.Add(frame));
        Cache.CountSlots(tally);
        single += Swap.CheckInvariants(Frames.Frames, tally, frame => cached.Add(frame));
        CheckLists(tally, heads, cached);
        CheckReverseMaps(tally);
        CheckCgroups(tally, heads, cached);
        CheckTotals(single + hugePages * PageTables.Entries + tables + kernel, tally);
    }

    /// <summary>Answers the frames in slabs and kernel stacks.</summary>
    private ulong CheckKernelObjects()
    {
        ulong areas = 0, threads = 0;
        foreach (Process process in _processes)
        {
            areas += (ulong)process.Areas.Count;
            threads += (ulong)process.ThreadCount;
        }

        Expect(areas, Caches.VmAreaStruct.ObjectsInUse, "areas", "vm_area_struct objects");
        Expect(threads, Caches.TaskStruct.ObjectsInUse, "threads", "task_struct objects");
        CheckAnonVmas();
        Files.Names.CheckInvariants();
        Expect(Files.OpenedCount, Caches.Filp.ObjectsInUse, "open files", "filp objects");
        ulong stacks = threads * TaskObjects.StackPages;
        Expect(stacks * PageSize.Bytes / 1024, Stat[VmEvent.nr_kernel_stack], "KiB of kernel stacks", "KiB in nr_kernel_stack");
        return Caches.CheckInvariants() + stacks;
    }

    private static void Expect(ulong found, ulong counted, string what, string where)
    {
        if (found != counted)
            throw new InvalidOperationException($"{found} {what}, but {counted} {where}");
    }

    private bool IsPiece(uint frame) =>
        (Frames.Frames[frame].Flags & FrameFlags.Tail) != 0 || Frames.Frames[frame].Order == Migratetypes.PageblockOrder;

    private void CheckHugePage(uint head, MappingTally tally)
    {
        int pieces = 0;
        for (uint i = 0; i < PageTables.Entries; i++)
            pieces += tally.PteMappings.GetValueOrDefault(head + i);
        int entire = tally.LeafMappings.GetValueOrDefault(head);
        Frame second = Frames.Frames[head + 1];
        if (second.EntireMapCount != entire || second.PieceMapCount != pieces)
            throw new InvalidOperationException($"huge page {head} is mapped {entire} times whole and by {pieces} PTEs; counted are {second.EntireMapCount} and {second.PieceMapCount}");
    }

    /// <summary>Every frame that processes map or the page cache holds is on exactly one LRU list, a huge page by its first frame, and nothing else is.</summary>
    private void CheckLists(MappingTally tally, HashSet<uint> heads, HashSet<uint> cached)
    {
        var listed = new HashSet<uint>();
        Lru.CheckInvariants(pfn => listed.Add(pfn));
        var mapped = new HashSet<uint>(heads.Concat(cached));
        foreach (uint frame in tally.PteMappings.Keys)
            if (!IsPiece(frame))
                mapped.Add(frame);
        if (!listed.SetEquals(mapped))
            throw new InvalidOperationException($"{listed.Count} pages are on LRU lists, {mapped.Count} are mapped or cached; the first that differs is frame {listed.Except(mapped).Concat(mapped.Except(listed)).First()}");
    }

    private void CheckTotals(ulong accounted, MappingTally tally)
    {
        ulong allocated = 0;
        foreach (Zone zone in Frames.Zones)
            allocated += zone.Range.Managed - zone.Free.FreePages - zone.CheckPerCpu();
        if (allocated != accounted)
            throw new InvalidOperationException($"{allocated} frames are handed out, {accounted} are accounted for");
        ulong anonymous = (ulong)tally.PteMappings.Keys.Count(frame => (Frames.Frames[frame].Flags & FrameFlags.FileCache) == 0);
        foreach (uint head in tally.LeafMappings.Keys)
            for (uint i = 0; i < PageTables.Entries; i++)
                anonymous += tally.PteMappings.ContainsKey(head + i) ? 0UL : 1;
        if (Stat[VmEvent.nr_anon_pages] != anonymous)
            throw new InvalidOperationException($"{anonymous} frames are mapped, nr_anon_pages is {Stat[VmEvent.nr_anon_pages]}");
        if (Stat[VmEvent.nr_page_table_pages] != tally.Tables + (ulong)_processes.Count)
            throw new InvalidOperationException($"{tally.Tables} tables of {_processes.Count} processes, nr_page_table_pages is {Stat[VmEvent.nr_page_table_pages]}");
        ulong committed = 0;
        foreach (Process process in _processes)
            committed += process.Areas.AccountedPages(0, ulong.MaxValue);
        foreach (Inode file in Files.All)
            committed += file.Kind != FileKind.Tmpfs ? 0 : file.ChargedAtOnce != 0 ? file.ChargedAtOnce : file.Cached + file.Values;
        if (Commit.Committed != committed)
            throw new InvalidOperationException($"{committed} pages are promised, {Commit.Committed} are counted");
    }
}
