// Moving one page to another frame (mm/migrate.c migrate_pages, folio_migrate_mapping, remove_migration_ptes, 6.18). Everything that
// names the old frame names the new one afterwards: page tables, the page cache or the swap area, and LRU lists.

using System.Runtime.InteropServices;

namespace Faultline.Kernel;

internal sealed unsafe partial class Compactor
{
    private readonly List<Mapping> _mappings = [];

    /// <summary>False where some entry that maps the page cannot be found; nothing has changed then.</summary>
    private bool TryMove(uint from, uint to)
    {
        ref Frame frame = ref _frames[from];
        _mappings.Clear();
        if ((frame.Flags & FrameFlags.FileCache) != 0)
            FindFileMappings(from);
        else
            _mappings.AddRange(CollectionsMarshal.AsSpan(_machine.ReverseMap.Find(from)));
        if (_mappings.Count != frame.MapCount)
            return false;
        foreach (Mapping mapping in _mappings)
        {
            *mapping.Entry = (*mapping.Entry & ~Pte.FrameMask) | Pte.Make(to, 0);
            mapping.Process.DropTranslation(mapping.Page << PageSize.Shift);
        }

        if ((frame.Flags & FrameFlags.FileCache) != 0)
            _machine.Files.Of(frame).Pages.Set(frame.Index, CacheEntry.Page(to, 0));
        if ((frame.Flags & FrameFlags.SwapCache) != 0)
            _machine.Swap[frame.Private].Cache = to;
        Lruvec vector = _machine.Lru.VectorOf(from);
        vector.Remove(from);
        _frames[to] = frame;
        vector.Add(to);
        _machine.ReverseMap.Migrated(from, to);
        PageMoved?.Invoke(from, to);
        return true;
    }

    private void FindFileMappings(uint pfn)
    {
        ulong index = _frames[pfn].Index;
        foreach (FileMapping mapping in _machine.FileMappings.Of(_machine.Files.Of(_frames[pfn])))
        {
            if (!mapping.Holds(index, out ulong address))
                continue;
            ulong* entry = mapping.Process.PageTables.Peek(address);
            if (entry != null && Pte.IsMapped(*entry) && (*entry & Pte.Huge) == 0 && Pte.Frame(*entry) == pfn)
                _mappings.Add(new Mapping(mapping.Process, address >> PageSize.Shift, entry));
        }
    }
}
