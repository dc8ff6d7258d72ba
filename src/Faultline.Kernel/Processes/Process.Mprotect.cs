// mprotect(2) (mm/mprotect.c, 6.18).

namespace Faultline.Kernel;

public sealed unsafe partial class Process
{
    /// <summary>
    /// mprotect(2). Length in bytes, rounded up. EINVAL for an unaligned start; EACCES for writing to a shared mapping of a file opened for reading; ENOMEM at the first hole, where what lies before it
    /// stays changed, past max_map_count, or where too much would be promised.
    /// </summary>
    public SystemCallResult Mprotect(VirtualAddress start, ulong length, Protection protection)
    {
        ThrowIfExited();
        _calls.Mprotect++;
        if ((start.Value & PageSize.Mask) != 0)
            return Fail(Errno.EINVAL);
        if (length == 0)
            return SystemCallResult.Success();
        ulong end = start.Value + PageSize.Up(length);
        if (end <= start.Value)
            return Fail(Errno.ENOMEM);
        for (ulong at = start.Value; at < end;)
        {
            int index = _areas.Find(at);
            ulong next = index < 0 ? 0 : Math.Min(end, _areas[index].End);
            if (index >= 0 && (protection & Protection.Write) != 0 && (_areas[index].Flags & VmaFlags.NeverWrite) != 0)
                return Fail(Errno.EACCES);
            if (index < 0 || !Protect(index, at, next, (VmaFlags)(protection & KnownProtections)))
                return Fail(Errno.ENOMEM);
            at = next;
        }

        return SystemCallResult.Success();
    }

    /// <summary>
    /// Changes a range within one area. What becomes writable is charged; it stays charged when it is read-only again, unless
    /// the area is of anonymous memory of which nothing was ever written.
    /// </summary>
    private bool Protect(int index, ulong start, ulong end, VmaFlags access)
    {
        VmaFlags old = _areas[index].Flags;
        VmaFlags changed = (old & ~VmaFlags.AccessMask) | access;
        if (changed == old)
            return true;
        ulong pages = (end - start) >> PageSize.Shift;
        bool writable = (access & VmaFlags.Write) != 0;
        bool charge = writable && (old & (VmaFlags.Accounted | VmaFlags.Write | VmaFlags.NoReserve | VmaFlags.Shared)) == 0;
        bool uncharge = !writable && (old & VmaFlags.Accounted) != 0 && _areas[index].AnonVma == null && _areas[index].File == 0;
        if (charge && !TryCharge(pages))
            return false;
        if (charge)
            changed |= VmaFlags.Accounted;
        if (uncharge)
            changed &= ~VmaFlags.Accounted;
        bool done = SetFlags(index, start, end, changed);
        if (done ? uncharge : charge)
            _machine.Commit.Uncharge(pages);
        if (!done)
            return false;
        _tlb.Invalidate(start, end);
        ProtectEntries(start, end, changed);
        return true;
    }

    /// <summary>Gives a range within one area other attributes. False past max_map_count or without kernel memory, with nothing changed.</summary>
    private bool SetFlags(int index, ulong start, ulong end, VmaFlags flags) => SetAttributes(index, start, end, flags, _areas[index].Name);

    private bool SetAttributes(int index, ulong start, ulong end, VmaFlags flags, uint name)
    {
        if (flags == _areas[index].Flags && name == _areas[index].Name)
            return true;
        int splits = (start > _areas[index].Start ? 1 : 0) + (end < _areas[index].End ? 1 : 0);
        if (splits != 0 && _areas.Count + splits > VmaSet.MaxMapCount)
            return false;
        if (splits != 0 && !_areas.MayAdd(splits))
            return false;
        ForgetArea();
        SplitHugeLeafAt(start);
        SplitHugeLeafAt(end);
        _areas.Split(start);
        _areas.Split(end);
        ref Vma area = ref _areas[_areas.Find(start)];
        (area.Flags, area.Name) = (flags, name);
        _areas.MergeAround(start, end);
        return true;
    }

    private void ProtectEntries(ulong start, ulong end, VmaFlags flags)
    {
        for (ulong at = start; at < end;)
        {
            ulong next = Math.Min(end, (at | (PageTables.PmdBytes - 1)) + 1);
            ulong* pmd = _tables.FindPmd(at);
            if (pmd != null && (*pmd & Pte.Huge) != 0)
                ProtectEntry(pmd, flags);
            else if (pmd != null && *pmd != 0)
                for (ulong* entry = _tables.Table(*pmd) + PageTables.PteIndex(at); at < next; at += PageSize.Bytes)
                    ProtectEntry(entry++, flags);
            at = next;
        }
    }

    /// <summary>A page that is no one else's may be written at once; others fault first (can_change_private_pte_writable).</summary>
    private void ProtectEntry(ulong* entry, VmaFlags flags)
    {
        if (!Pte.IsMapped(*entry))
            return;
        *entry = Pte.WithProtection(*entry, flags);
        bool own = (*entry & Pte.Special) == 0 && ((_frames[Pte.Frame(*entry)].Flags & FrameFlags.Exclusive) != 0 || MayStayWritable(*entry, flags));
        if (own && (flags & VmaFlags.Write) != 0)
            *entry |= Pte.Writable;
    }

    /// <summary>A page of shared memory may be; one of a file on a disk only if the kernel knows already that it was written to.</summary>
    private bool MayStayWritable(ulong entry, VmaFlags flags)
    {
        ref Frame frame = ref _frames[Pte.Frame(entry)];
        return (flags & VmaFlags.Shared) != 0 && (frame.Flags & FrameFlags.FileCache) != 0
            && ((frame.Flags & FrameFlags.SwapBacked) != 0 || (entry & Pte.Dirty) != 0);
    }
}
