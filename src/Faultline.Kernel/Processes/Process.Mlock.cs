// mlock(2), munlock(2), mlockall(2), munlockall(2) (mm/mlock.c, 6.18): areas whose pages are made present and stay so. Their pages
// lie on the unevictable list.

namespace Faultline.Kernel;

/// <summary>MCL_* bits of mlockall(2).</summary>
[Flags]
public enum LockAll
{
    None = 0,

    /// <summary>What is mapped now.</summary>
    Current = 1,

    /// <summary>What will be mapped.</summary>
    Future = 2,
}

public sealed unsafe partial class Process
{
    private bool _locksFuture;
    private (ulong Start, ulong End) _leaving;

    /// <summary>RLIMIT_MEMLOCK in bytes; does not bind a process with CAP_IPC_LOCK.</summary>
    public ulong LockLimit { get; set; } = 8UL << 20;

    /// <summary>Pages of locked areas (VmLck).</summary>
    public PageCount LockedPages => new(LockedWithin(0, _top));

    private bool MayLock(ulong pages) => pages <= LockLimit >> PageSize.Shift || (Task.Capabilities & Capabilities.IpcLock) != 0;

    /// <summary>
    /// mlock(2). The range in bytes is widened to pages. ENOMEM beyond RLIMIT_MEMLOCK, at the first hole, or where frames run out
    /// (EAGAIN); EPERM where nothing may be locked; EINVAL for a range that wraps.
    /// </summary>
    public SystemCallResult Mlock(VirtualAddress start, ulong length)
    {
        ThrowIfExited();
        _calls.Mlock++;
        (ulong first, ulong end) = (PageSize.Down(start.Value), PageSize.Up(start.Value + length));
        if (end < first)
            return Fail(Errno.EINVAL);
        if (LockLimit == 0 && !MayLock(1))
            return Fail(Errno.EPERM);
        ulong wanted = (end - first) >> PageSize.Shift;
        if (!MayLock(LockedPages.Value + wanted - LockedWithin(first, end)))
            return Fail(Errno.ENOMEM);
        Errno error = SetLocked(first, end, locked: true);
        if (error == Errno.None)
            error = PopulateLocked(first, end);
        return Done(error);
    }

    /// <summary>munlock(2): ENOMEM at the first hole, EINVAL for a range that wraps.</summary>
    public SystemCallResult Munlock(VirtualAddress start, ulong length)
    {
        ThrowIfExited();
        _calls.Munlock++;
        (ulong first, ulong end) = (PageSize.Down(start.Value), PageSize.Up(start.Value + length));
        return end < first ? Fail(Errno.EINVAL) : Done(SetLocked(first, end, locked: false));
    }

    /// <summary>mlockall(2). EINVAL for no flag, EPERM and ENOMEM as <see cref="Mlock"/>.</summary>
    public SystemCallResult MlockAll(LockAll flags)
    {
        ThrowIfExited();
        _calls.Mlock++;
        if (flags == LockAll.None)
            return Fail(Errno.EINVAL);
        if (LockLimit == 0 && !MayLock(1))
            return Fail(Errno.EPERM);
        if ((flags & LockAll.Current) != 0 && !MayLock(_areas.TotalPages))
            return Fail(Errno.ENOMEM);
        _locksFuture = (flags & LockAll.Future) != 0;
        if ((flags & LockAll.Current) == 0)
            return SystemCallResult.Success();
        for (ulong at = 0; NextArea(at) is var area && area.End != 0; at = area.End)
            SetLocked(area.Start, area.End, locked: true);
        for (ulong at = 0; NextArea(at) is var area && area.End != 0; at = area.End)
            PopulateLocked(area.Start, area.End);
        return SystemCallResult.Success();
    }

    /// <summary>munlockall(2).</summary>
    public SystemCallResult MunlockAll()
    {
        ThrowIfExited();
        _calls.Munlock++;
        _locksFuture = false;
        for (ulong at = 0; NextArea(at) is var area && area.End != 0; at = area.End)
            SetLocked(area.Start, area.End, locked: false);
        return SystemCallResult.Success();
    }

    private SystemCallResult Done(Errno error) => error == Errno.None ? SystemCallResult.Success() : Fail(error);

    private Vma NextArea(ulong address) => _areas.FindIndex(address) is var index && index < _areas.Count ? _areas[index] : default;

    private ulong LockedWithin(ulong start, ulong end)
    {
        ulong pages = 0;
        for (int i = _areas.FindIndex(start); i < _areas.Count && _areas[i].Start < end; i++)
            if ((_areas[i].Flags & VmaFlags.Locked) != 0)
                pages += (Math.Min(end, _areas[i].End) - Math.Max(start, _areas[i].Start)) >> PageSize.Shift;
        return pages;
    }

    private Errno SetLocked(ulong start, ulong end, bool locked)
    {
        for (ulong at = start; at < end;)
        {
            int index = _areas.Find(at);
            if (index < 0)
                return Errno.ENOMEM;
            ulong next = Math.Min(end, _areas[index].End);
            VmaFlags flags = _areas[index].Flags;
            VmaFlags changed = locked ? flags | VmaFlags.Locked : flags & ~VmaFlags.Locked;
            if (changed != flags)
            {
                if (!SetFlags(index, at, next, changed))
                    return Errno.ENOMEM;
                ForEachFrame(at, next, locked ? LockFrame : UnlockFrame);
            }

            at = next;
        }

        return Errno.None;
    }

    /// <summary>Makes the pages present; stores where the area may be written, so that there is no fault later.</summary>
    private Errno PopulateLocked(ulong start, ulong end)
    {
        for (ulong at = start; at < end;)
        {
            int index = _areas.Find(at);
            if (index < 0)
                return Errno.ENOMEM;
            ulong next = Math.Min(end, _areas[index].End);
            VmaFlags flags = _areas[index].Flags;
            ulong unbacked = UnbackedPages;
            if ((flags & VmaFlags.AccessMask) != 0)
                AccessRange(new(at), next - at, (flags & VmaFlags.Write) != 0 ? AccessKind.Write : AccessKind.Read);
            if (UnbackedPages != unbacked)
                return Errno.EAGAIN;
            if (HasExited)
                return Errno.None;
            ForEachFrame(at, next, LockFrame);
            at = next;
        }

        return Errno.None;
    }

    /// <summary>The range is about to be unmapped: what only this process kept in memory goes back to the lists that reclaim looks at.</summary>
    private void UnlockLeaving(ulong start, ulong end)
    {
        for (int i = _areas.FindIndex(start); i < _areas.Count && _areas[i].Start < end; i++)
        {
            if ((_areas[i].Flags & VmaFlags.Locked) == 0)
                continue;
            (ulong from, ulong to) = (Math.Max(start, _areas[i].Start), Math.Min(end, _areas[i].End));
            _leaving = (from, to);
            ForEachFrame(from, to, UnlockFrame);
            _leaving = default;
        }
    }

    private void ForEachFrame(ulong start, ulong end, Action<uint> action)
    {
        for (ulong at = start; at < end; at += PageSize.Bytes)
        {
            ulong* entry = _tables.Peek(at);
            if (entry == null || !Pte.IsMapped(*entry) || (*entry & Pte.Special) != 0)
                continue;
            bool leaf = (*entry & Pte.Huge) != 0;
            action(Pte.Frame(*entry));
            if (leaf)
                at = (at | (PageTables.PmdBytes - 1)) + 1 - PageSize.Bytes;
        }
    }

    /// <summary>To the unevictable list.</summary>
    private void LockFrame(uint pfn)
    {
        ref Frame frame = ref _frames[HeadOf(pfn)];
        if ((frame.Flags & FrameFlags.Mlocked) != 0)
            return;
        bool listed = (frame.Flags & FrameFlags.Lru) != 0;
        _lru.Remove(HeadOf(pfn));
        MarkLocked(ref frame);
        if (listed)
            _lru.Add(HeadOf(pfn));
    }

    private void MarkLocked(ref Frame frame)
    {
        frame.Flags = (frame.Flags | FrameFlags.Mlocked | FrameFlags.Unevictable) & ~FrameFlags.Active;
        _stat[VmEvent.unevictable_pgs_mlocked] += 1UL << frame.Order;
        _stat[VmEvent.unevictable_pgs_culled] += 1UL << frame.Order;
    }

    /// <summary>Back to where reclaim looks, unless another process locks it too.</summary>
    private void UnlockFrame(uint pfn)
    {
        uint head = HeadOf(pfn);
        ref Frame frame = ref _frames[head];
        if ((frame.Flags & FrameFlags.Mlocked) == 0 || IsLockedElsewhere(head))
            return;
        bool listed = (frame.Flags & FrameFlags.Lru) != 0;
        _lru.Remove(head);
        frame.Flags &= ~(FrameFlags.Mlocked | FrameFlags.Unevictable);
        _stat[VmEvent.unevictable_pgs_munlocked] += 1UL << frame.Order;
        _stat[VmEvent.unevictable_pgs_rescued] += 1UL << frame.Order;
        if (listed)
            _lru.Add(head);
    }

    /// <summary>The last entry that mapped the frame is gone.</summary>
    private void Unlocked(uint pfn)
    {
        if ((_frames[pfn].Flags & FrameFlags.Mlocked) != 0)
            _stat[VmEvent.unevictable_pgs_munlocked] += 1UL << _frames[pfn].Order;
    }

    private bool IsLockedElsewhere(uint pfn)
    {
        if (IsCached(pfn))
            return IsFileLockedElsewhere(pfn);
        foreach (Mapping mapping in _frames[pfn].Order == 0 ? _machine.ReverseMap.Find(pfn) : _machine.ReverseMap.FindLeaves(pfn))
            if (mapping.Process.LocksPage(mapping.Page))
                return true;
        return false;
    }

    private bool IsFileLockedElsewhere(uint pfn)
    {
        foreach (FileMapping mapping in _machine.FileMappings.Of(_machine.Files.Of(_frames[pfn])))
            if (mapping.Holds(_frames[pfn].Index, out ulong address) && mapping.Process.LocksPage(address >> PageSize.Shift))
                return true;
        return false;
    }

    internal bool LocksPage(ulong page)
    {
        ulong address = page << PageSize.Shift;
        int index = address >= _leaving.Start && address < _leaving.End ? -1 : _areas.Find(address);
        return index >= 0 && (_areas[index].Flags & VmaFlags.Locked) != 0;
    }
}
