// mprotect(2) (mm/mprotect.c, 6.18).

namespace Faultline.Kernel;

public sealed unsafe partial class Process
{
    /// <summary>mprotect(2). Length in bytes, rounded up. EINVAL for an unaligned start; ENOMEM at the first hole, where what lies before it stays changed, or past the commit limit.</summary>
    public SystemCallResult Mprotect(VirtualAddress start, ulong length, Protection protection)
    {
        ThrowIfExited();
        _calls.Mprotect++;
        if ((start.Value & PageSize.Mask) != 0)
            return Fail(Errno.EINVAL);
        ulong end = start.Value + PageSize.Up(length);
        if (length == 0)
            return SystemCallResult.Success();
        if (end <= start.Value || _areas.Find(start.Value) < 0)
            return Fail(Errno.ENOMEM);
        for (ulong at = start.Value; at < end;)
        {
            int index = _areas.Find(at);
            if (index < 0)
                return Fail(Errno.ENOMEM);
            ulong next = Math.Min(end, _areas[index].End);
            if (!Protect(at, next, (VmaFlags)(protection & (Protection.ReadWrite | Protection.Execute))))
                return Fail(Errno.ENOMEM);
            at = next;
        }

        return SystemCallResult.Success();
    }

    /// <summary>Changes a range within one area.</summary>
    private bool Protect(ulong start, ulong end, VmaFlags access)
    {
        VmaFlags old = _areas[_areas.Find(start)].Flags;
        VmaFlags changed = (old & ~VmaFlags.AccessMask) | access;
        if (changed == old)
            return true;
        bool charge = (access & VmaFlags.Write) != 0 && (old & (VmaFlags.Accounted | VmaFlags.Write | VmaFlags.NoReserve)) == 0;
        if (charge && !_machine.MayCommit((end - start) >> PageSize.Shift))
            return false;
        if (!SetFlags(start, end, charge ? changed | VmaFlags.Accounted : changed))
            return false;
        _tlb.Invalidate(start, end);
        ProtectEntries(start, end, access);
        return true;
    }

    /// <summary>Gives a range within one area other attributes. False past max_map_count.</summary>
    private bool SetFlags(ulong start, ulong end, VmaFlags flags)
    {
        if (_areas.Count + _areas.SplitsNeeded(start, end) > VmaSet.MaxMapCount)
            return false;
        ForgetArea();
        _areas.Split(start);
        _areas.Split(end);
        _areas[_areas.Find(start)].Flags = flags;
        _areas.MergeAround(start, end);
        return true;
    }

    /// <summary>Pages that no one else ever shared may be written at once; the others fault first (can_change_private_pte_writable).</summary>
    private void ProtectEntries(ulong start, ulong end, VmaFlags access)
    {
        for (ulong at = start; at < end; at += PageSize.Bytes)
        {
            ulong* entry = _tables.FindEntry(at);
            if (entry == null)
            {
                at = (at | (PageTables.PmdBytes - 1)) + 1 - PageSize.Bytes;
                continue;
            }

            if (!Pte.IsMapped(*entry))
                continue;
            *entry = Pte.WithProtection(*entry, access);
            if ((access & VmaFlags.Write) != 0 && (*entry & Pte.Special) == 0 && (_frames[Pte.Frame(*entry)].Flags & FrameFlags.Exclusive) != 0)
                *entry |= Pte.Writable;
        }
    }
}
