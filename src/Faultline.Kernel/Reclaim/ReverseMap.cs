// From a frame to the page-table entries that map it (mm/rmap.c, 6.18). Linux goes by the areas that a page's reverse map knows;
// here the frame itself says which process maps it at which virtual page. A page that fork shared is looked for at the same place
// in every process of the family; only the places to which it was moved while it was shared are written down. How many entries there are the frame
// counts, so a search ends when it has found them all.

using System.Diagnostics;

namespace Faultline.Kernel;

/// <summary>A page-table entry that maps a frame.</summary>
internal readonly unsafe struct Mapping(Process process, ulong page, ulong* entry)
{
    public Process Process { get; } = process;

    /// <summary>The number of the virtual page.</summary>
    public ulong Page { get; } = page;

    public ulong* Entry { get; } = entry;
}

internal sealed unsafe class ReverseMap(Machine machine)
{
    private readonly Frame* _frames = machine.Frames.Frames;

    /// <summary>Pages at which a shared frame is mapped beside the one it names: a process moved it there, and its children may have it there too.</summary>
    private readonly Dictionary<uint, List<ulong>> _moved = [];
    private readonly List<Mapping> _found = [];

    /// <summary>The process maps the frame at this virtual page now. What else maps it stays where it was.</summary>
    public void Moved(Process process, uint pfn, ulong page)
    {
        ref Frame frame = ref _frames[pfn];
        if (AllMapCount(pfn) == 1)
        {
            Forget(pfn);
            frame.Mapping = (uint)process.Pid;
            frame.Index = page;
            return;
        }

        if (frame.Index == page)
            return;
        frame.Flags |= FrameFlags.MovedMapping;
        if (!_moved.TryGetValue(pfn, out List<ulong>? places))
            _moved[pfn] = places = [];
        if (!places.Contains(page))
            places.Add(page);
    }

    /// <summary>The process is the only one to map the frame from now on (folio_move_anon_rmap).</summary>
    public void TakeOver(Process process, uint pfn, ulong page)
    {
        Forget(pfn);
        _frames[pfn].Mapping = (uint)process.Pid;
        _frames[pfn].Index = page;
    }

    /// <summary>Whether anything is written down at all.</summary>
    public bool HasMoved => _moved.Count != 0;

    /// <summary>The frame is being freed, or its places have become one.</summary>
    public void Forget(uint pfn)
    {
        if ((_frames[pfn].Flags & FrameFlags.MovedMapping) == 0)
            return;
        _frames[pfn].Flags &= ~FrameFlags.MovedMapping;
        _moved.Remove(pfn);
    }

    /// <summary>The page lies in another frame now.</summary>
    public void Migrated(uint from, uint to)
    {
        if (_moved.Remove(from, out List<ulong>? places))
            _moved[to] = places;
    }

    /// <summary>Every PTE of a frame. The list is good until the next call.</summary>
    public List<Mapping> Find(uint pfn) => Find(pfn, _frames[pfn].MapCount, leaves: false);

    /// <summary>Every PMD entry that maps a huge page whole, by its first frame. The list is good until the next call.</summary>
    public List<Mapping> FindLeaves(uint head) => Find(head, _frames[head + 1].EntireMapCount, leaves: true);

    private List<Mapping> Find(uint pfn, int count, bool leaves)
    {
        _found.Clear();
        ref Frame frame = ref _frames[pfn];
        Process? owner = machine.ProcessOf(frame.Mapping);
        if (owner != null)
            TryAt(owner, frame.Index, pfn, leaves);
        if (_found.Count < count)
            foreach (Process relative in machine.FamilyOf(frame.Mapping))
                if (relative != owner)
                    TryAt(relative, frame.Index, pfn, leaves);
        if (_found.Count < count && (frame.Flags & FrameFlags.MovedMapping) != 0)
            foreach (ulong page in _moved[pfn])
                for (int i = 0; page != frame.Index && i < machine.FamilyOf(frame.Mapping).Count; i++)
                    TryAt(machine.FamilyOf(frame.Mapping)[i], page, pfn, leaves);
        Debug.Assert(_found.Count == count, $"frame {pfn} is mapped {count} times, {_found.Count} found");
        return _found;
    }

    /// <summary>Throws <see cref="InvalidOperationException"/> unless what is written down belongs to frames that say so.</summary>
    public void CheckInvariants()
    {
        foreach (uint pfn in _moved.Keys)
            if ((_frames[pfn].Flags & FrameFlags.MovedMapping) == 0)
                throw new InvalidOperationException($"frame {pfn} is {_frames[pfn].Flags}, but places where it was moved to are kept");
    }

    private int AllMapCount(uint pfn) => _frames[pfn].MapCount + (_frames[pfn].Order == Migratetypes.PageblockOrder ? _frames[pfn + 1].EntireMapCount : 0);

    private void TryAt(Process process, ulong page, uint pfn, bool leaves)
    {
        ulong* entry = process.PageTables.Peek(page << PageSize.Shift);
        if (entry == null || !Pte.IsMapped(*entry) || (*entry & Pte.Special) != 0 || Pte.Frame(*entry) != pfn)
            return;
        if (((*entry & Pte.Huge) != 0) == leaves)
            _found.Add(new Mapping(process, page, entry));
    }
}
