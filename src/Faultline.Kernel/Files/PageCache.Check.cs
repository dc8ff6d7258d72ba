namespace Faultline.Kernel;

internal sealed unsafe partial class PageCache
{
    /// <summary>
    /// Throws <see cref="InvalidOperationException"/> unless every cached page's frame says which page it is, is cached nowhere else, and
    /// is mapped as often as its count says, and the counts of pages are right. <paramref name="mapped"/>: PTEs that name a frame;
    /// <paramref name="visit"/> sees each frame. Answers the pages cached.
    /// </summary>
    public ulong CheckInvariants(Func<uint, int> mapped, Action<uint> visit)
    {
        ulong cached = 0, shared = 0, dirty = 0, mappedPages = 0, nodes = 0;
        foreach (Inode file in _machine.Files.All)
        {
            (ulong cachedHere, ulong dirtyHere, ulong values) = (0, 0, 0);
            for (ulong at = file.Pages.Next(0, PageTree.NoPage - 1); at != PageTree.NoPage; at = file.Pages.Next(at + 1, PageTree.NoPage - 1))
            {
                ulong entry = file.Pages[at];
                values += CacheEntry.IsValue(entry) ? 1UL : 0;
                if (!CacheEntry.IsPage(entry))
                    continue;
                CheckPage(file, at, entry, mapped);
                visit(CacheEntry.Pfn(entry));
                cachedHere++;
                dirtyHere += (_frames[CacheEntry.Pfn(entry)].Flags & FrameFlags.Dirty) != 0 ? 1UL : 0;
                mappedPages += _frames[CacheEntry.Pfn(entry)].MapCount != 0 ? 1UL : 0;
            }

            nodes += file.Pages.CheckInvariants();
            Expect(cachedHere, file.Cached, $"cached pages of {file}");
            Expect(values, file.Values, $"entries without a page of {file}");
            if (file.Kind == FileKind.Disk)
                Expect(dirtyHere, file.Dirty, $"dirty pages of {file}");
            cached += cachedHere;
            dirty += file.Dirty;
            shared += file.Kind == FileKind.Tmpfs ? cachedHere : 0;
        }

        Expect(nodes, _machine.Files.Nodes.InUse, "nodes of page trees");
        Expect(nodes, _machine.Caches.RadixTreeNode.ObjectsInUse, "radix_tree_node objects");
        Expect(cached, _stat[VmEvent.nr_file_pages] - _stat[VmEvent.nr_swapcached], "nr_file_pages without the swap cache");
        Expect(shared, _stat[VmEvent.nr_shmem], "nr_shmem");
        Expect(dirty, _stat[VmEvent.nr_dirty], "nr_dirty");
        Expect(mappedPages, _stat[VmEvent.nr_mapped], "nr_mapped");
        return cached;
    }

    private void CheckPage(Inode file, ulong index, ulong entry, Func<uint, int> mapped)
    {
        uint pfn = CacheEntry.Pfn(entry);
        Frame frame = _frames[pfn];
        if ((frame.Flags & FrameFlags.FileCache) == 0 || frame.Mapping != file.Number || frame.Index != index)
            throw new InvalidOperationException($"page {index} of {file} is in frame {pfn}, which is {frame.Flags} for page {frame.Index} of file {frame.Mapping}");
        if (frame.MapCount != mapped(pfn))
            throw new InvalidOperationException($"page {index} of {file}, frame {pfn}, is mapped {mapped(pfn)} times, {frame.MapCount} are counted");
        int order = CacheEntry.Order(entry);
        ulong first = index & ~((1UL << order) - 1);
        if (order != 0 && file.Pages[first] != CacheEntry.Page(pfn - (uint)(index - first), order))
            throw new InvalidOperationException($"page {index} of {file} is in frame {pfn}, but its folio of order {order} is not one block");
    }

    private static void Expect(ulong found, ulong counted, string what)
    {
        if (found != counted)
            throw new InvalidOperationException($"{what}: {found} found, {counted} counted");
    }
}
