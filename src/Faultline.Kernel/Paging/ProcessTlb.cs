namespace Faultline.Kernel;

/// <summary>A process's use of its processor's translation buffers, with its counts.</summary>
internal sealed class ProcessTlb(HardwareTlb hardware, int pid, int levels)
{
    /// <summary>tlb_single_page_flush_ceiling: more pages than this are dropped with everything else.</summary>
    private const ulong MostSinglePages = 33;

    private TlbCounts _counts;

    public TlbCounts Counts => _counts;

    /// <summary>Whether the access needs no walk; a walk is counted by <see cref="Walk"/>.</summary>
    public bool Hits(ulong page, AccessKind kind) => hardware.Hits(page, hardware.Enter(pid, ref _counts), kind == AccessKind.Write, ref _counts);

    /// <summary>A walk that reached an entry: a huge leaf lies one level higher.</summary>
    public void Walk(bool huge)
    {
        _counts.Walks++;
        _counts.WalkedLevels += (ulong)(huge ? levels - 1 : levels);
    }

    public void Fill(ulong page, bool huge, bool writable) => hardware.Fill(page, hardware.Enter(pid, ref _counts), huge, writable);

    /// <summary>The page tables grant less for a range.</summary>
    public void Invalidate(ulong start, ulong end)
    {
        if ((end - start) >> PageSize.Shift > MostSinglePages)
        {
            Flush();
            return;
        }

        for (ulong page = start; page < end; page += PageSize.Bytes, _counts.FlushedPages++)
            hardware.Drop(pid, page);
    }

    public void Flush()
    {
        hardware.DropAll(pid);
        _counts.Flushes++;
    }

    public IEnumerable<(ulong Address, bool Huge, bool Writable)> Grants() => hardware.Of(pid);
}
