namespace Faultline.Kernel;

public sealed unsafe partial class Process
{
    /// <summary>
    /// Throws <see cref="InvalidOperationException"/> unless areas, page tables, counts and the software TLB agree. Reads every
    /// table. Frames and their map counts are checked for all processes together by <see cref="Machine.CheckInvariants"/>.
    /// </summary>
    public void CheckInvariants() => Check(new MappingTally());

    internal void Check(MappingTally tally)
    {
        if (HasExited)
            return;
        _areas.CheckInvariants();
        (ulong tables, ulong resident, ulong swapped, ulong zero) = (tally.Tables, tally.Resident, tally.Swapped, tally.Zero);
        for (int i = 0; i < PageTables.Entries / 2; i++)
            CheckTable(_tables.RootEntry(i), (ulong)i << PageTables.PgdShift, PageTables.PudShift, tally);
        Expect(tally.Tables - tables, _tables.LowerTables, "page tables");
        Expect(tally.Resident - resident, _resident.Total, "resident pages");
        Expect(tally.Swapped - swapped, _resident.Swapped, "pages in swap");
        Expect(tally.Zero - zero, _zeroPages, "zero pages");
        foreach ((ulong page, bool writable) in _tlb.Grants())
            if (_tables.FindEntry(page) is var entry && (entry == null || !Pte.Allows(*entry, writable ? AccessKind.Write : AccessKind.Read)
                || (*entry & Pte.Used(writable ? AccessKind.Write : AccessKind.Read)) != Pte.Used(writable ? AccessKind.Write : AccessKind.Read)))
                throw new InvalidOperationException($"process {Pid}: the TLB grants page 0x{page:x}, the page tables do not, or hide the use");
        foreach ((ulong page, bool huge, bool writable) in _tlb.Hardware?.Grants() ?? [])
            if (_tables.FindEntry(page) is var entry && (entry == null || ((*entry & Pte.Huge) != 0) != huge || !Pte.Allows(*entry, writable ? AccessKind.Write : AccessKind.Read)))
                throw new InvalidOperationException($"process {Pid}: the processor's TLB grants page 0x{page:x}, the page tables do not");
    }

    private void CheckTable(ulong entry, ulong start, int shift, MappingTally tally)
    {
        if (entry == 0)
            return;
        ulong end = start + ((ulong)PageTables.Entries << shift);
        if ((_frames[Pte.Frame(entry)].Flags & FrameFlags.PageTable) == 0)
            throw new InvalidOperationException($"process {Pid}: the table for 0x{start:x} is in frame {Pte.Frame(entry)}, which holds none");
        (ulong first, ulong beyond, bool kept) = _tables.ReachOf(start, shift);
        if (!kept && _areas.IsFree(first, beyond))
            throw new InvalidOperationException($"process {Pid}: a table for [0x{start:x}, 0x{end:x}), where nothing is mapped, was kept");
        tally.Tables += _tables.IsFrame(Pte.Frame(entry)) ? 1UL : 0;
        ulong hugeBefore = tally.HugeLeaves;
        ulong* table = _tables.Table(entry);
        for (int i = 0; i < PageTables.Entries; i++)
        {
            ulong child = table[i];
            if (child == 0)
                continue;
            ulong address = start + ((ulong)i << shift);
            if (shift == PageSize.Shift || (child & Pte.Huge) != 0)
                CheckLeaf(child, address, tally);
            else
                CheckTable(child, address, shift - 9, tally);
        }

        if (shift != PageTables.PmdShift)
            return;
        int spares = _tables.CountDeposits(start);
        tally.Tables += (ulong)spares;
        Expect((ulong)spares, tally.HugeLeaves - hugeBefore, $"spare tables for the huge pages from 0x{start:x}");
    }

    private void CheckLeaf(ulong entry, ulong address, MappingTally tally)
    {
        bool huge = (entry & Pte.Huge) != 0;
        if (Pte.IsSwap(entry))
        {
            if (_areas.Find(address) < 0)
                throw new InvalidOperationException($"process {Pid}: page 0x{address:x} is in swap outside every area");
            tally.CountSlot(Pte.SwapSlot(entry));
            return;
        }

        int index = _areas.Find(address);
        if (index < 0 || (huge && _areas[index].End < address + PageTables.PmdBytes))
            throw new InvalidOperationException($"process {Pid}: page 0x{address:x} is present outside every area");
        VmaFlags flags = _areas[index].Flags;
        bool readable = (flags & VmaFlags.AccessMask) != 0;
        bool writable = (entry & Pte.Writable) != 0;
        bool zero = (entry & Pte.Special) != 0;
        if (readable != ((entry & Pte.Present) != 0) || readable == ((entry & Pte.ProtNone) != 0) || (writable && (zero || (flags & VmaFlags.Write) == 0)))
            throw new InvalidOperationException($"process {Pid}: entry 0x{entry:x} of page 0x{address:x} contradicts its area {_areas[index]}");
        uint frame = Pte.Frame(entry);
        bool shared = (flags & VmaFlags.Shared) != 0 && IsCached(frame);
        if (writable && !shared && (_frames[frame].Flags & FrameFlags.Exclusive) == 0)
            throw new InvalidOperationException($"process {Pid}: page 0x{address:x} is writable, its frame {frame} is shared");
        if (IsCached(frame) && !zero)
            CheckCached(frame, address, index, huge, tally);
        else
            tally.Count(frame, huge, zero);
    }

    /// <summary>Each frame of a leaf of the page cache counts by itself; it must be the page that the area maps there.</summary>
    private void CheckCached(uint first, ulong address, int area, bool huge, MappingTally tally)
    {
        ref Vma vma = ref _areas[area];
        ulong index = vma.PageOffset + ((address - vma.Start) >> PageSize.Shift);
        for (uint i = 0; i < (huge ? PageTables.Entries : 1); i++)
        {
            if (vma.File == 0 || _frames[first + i].Index != index + i || _frames[first + i].Mapping != OpenFileOf(vma.File)!.Inode.Number)
                throw new InvalidOperationException($"process {Pid}: 0x{address:x} maps frame {first + i}, which is not page {index + i} of the file of {vma}");
            tally.Count(first + i, huge: false, zero: false);
        }
    }

    private void Expect(ulong found, ulong counted, string what)
    {
        if (found != counted)
            throw new InvalidOperationException($"process {Pid}: {found} {what} found, {counted} counted");
    }
}
