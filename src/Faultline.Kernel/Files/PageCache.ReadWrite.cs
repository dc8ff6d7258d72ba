// read(2) and write(2) (mm/filemap.c filemap_read, generic_perform_write, __filemap_get_folio; mm/shmem.c shmem_file_read_iter, 6.18).

namespace Faultline.Kernel;

internal sealed unsafe partial class PageCache
{
    /// <summary>Most folios that one round of reading looks at (PAGEVEC_SIZE).</summary>
    private const int BatchFolios = 31;

    /// <summary>Reads as far as the file goes; answers the bytes read, fewer where frames ran out.</summary>
    public ulong Read(OpenFile open, ulong offset, ulong length, Process process)
    {
        Inode file = open.Inode;
        ulong end = offset >= file.Size ? offset : offset + Math.Min(length, file.Size - offset);
        ulong at = offset;
        ulong last = open.Readahead.Previous;
        while (at < end)
        {
            ulong index = at >> PageSize.Shift;
            ulong next = file.Kind == FileKind.Tmpfs ? index + 1 : ReadBatch(open, index, PageSize.Up(end) >> PageSize.Shift, process);
            if (next == index)
                break;
            MarkAccessed(file, index, next, at == offset && index == last);
            at = Math.Min(end, next << PageSize.Shift);
        }

        if (at > offset)
            open.Readahead.Previous = at >> PageSize.Shift;
        return at - offset;
    }

    /// <summary>Writes, and makes the file longer where it ends before; answers the bytes written, fewer where frames ran out.</summary>
    public ulong Write(OpenFile open, ulong offset, ulong length, Process process)
    {
        Inode file = open.Inode;
        ulong at = offset;
        while (at < offset + length)
        {
            ulong index = at >> PageSize.Shift;
            ulong left = Math.Min(offset + length - at, PageTables.PmdBytes - (at & (PageTables.PmdBytes - 1)));
            if (Find(file, index) == FrameAllocator.None && !AddForWrite(file, index, at, left, process))
                break;
            (ulong first, int order) = FolioOf(file, index);
            at = Math.Min(at + left, (first + (1UL << order)) << PageSize.Shift);
            MarkDirty(file, index);
            if (at > file.Size)
                file.Size = at;
            for (ulong page = first; page < first + (1UL << order); page++)
                _lru.MarkAccessed(Find(file, page));
            BalanceDirty();
        }

        return at - offset;
    }

    /// <summary>
    /// Brings the pages from an index on into the cache and reads ahead; answers the page after the last that can be copied out in this
    /// round. A round ends at a marked page, whose use starts the next window.
    /// </summary>
    private ulong ReadBatch(OpenFile open, ulong index, ulong end, Process process)
    {
        Inode file = open.Inode;
        if (Find(file, index) == FrameAllocator.None)
            ReadMissing(open, index, end - index, process);
        if (Find(file, index) == FrameAllocator.None && !ReadFolio(file, index, 0, process))
            return index;
        ulong next = index;
        for (int folios = 0; folios < BatchFolios && next < end; folios++)
        {
            uint pfn = Find(file, next);
            if (pfn == FrameAllocator.None)
                break;
            (ulong first, int order) = FolioOf(file, next);
            next = first + (1UL << order);
            if ((_frames[Find(file, first)].Flags & FrameFlags.Reclaim) == 0)
                continue;
            ReadAhead(open, first, end - first, process);
            break;
        }

        return next;
    }

    private void MarkAccessed(Inode file, ulong first, ulong end, bool again)
    {
        for (ulong at = again ? first + 1 : first; at < end; at++)
            if (Find(file, at) is var pfn && pfn != FrameAllocator.None)
                _lru.MarkAccessed(pfn);
    }

    /// <summary>
    /// A folio to write into, as large as the write where the policy has large ones; what the write does not cover of pages that the file
    /// had is read first.
    /// </summary>
    private bool AddForWrite(Inode file, ulong index, ulong at, ulong bytes, Process process)
    {
        int order = Settings.Folios == FolioPolicy.LargeFolios && file.Kind == FileKind.Disk && bytes >= PageSize.Bytes
            ? Math.Min(System.Numerics.BitOperations.Log2(bytes >> PageSize.Shift), System.Numerics.BitOperations.TrailingZeroCount(index))
            : 0;
        for (; order > 0; order--)
            if (!IsAnyCached(file, index, 1UL << order) && Add(file, index, order, process) != FrameAllocator.None)
                break;
        if (order == 0 && Add(file, index, 0, process) == FrameAllocator.None)
            return false;
        bool coversFirst = (at & PageSize.Mask) == 0 && (bytes >= PageSize.Bytes || at + bytes >= file.Size);
        if (file.Kind == FileKind.Disk && !coversFirst && index < file.SizeInPages)
            _stat[VmEvent.pgpgin] += PageSize.Bytes >> 10;
        return true;
    }
}
