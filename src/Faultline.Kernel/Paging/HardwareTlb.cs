// The buffers of one processor, and which address spaces it tells apart (arch/x86/mm/tlb.c choose_new_asid, 6.18). Paging-structure
// caches and the buffers for instructions are not modelled, and nothing is fetched ahead.

namespace Faultline.Kernel;

internal sealed class HardwareTlb(TlbPolicy policy)
{
    /// <summary>TLB_NR_DYN_ASIDS.</summary>
    private const int Spaces = 6;

    private readonly TlbArray _small = new(policy.L1Entries, policy.L1Ways);
    private readonly TlbArray _huge = new(policy.L1HugeEntries, policy.L1HugeWays);
    private readonly TlbArray _second = new(policy.L2Entries, policy.L2Ways);
    private readonly int[] _pids = new int[Spaces];
    private int _next;
    private int _pid;

    /// <summary>The process runs now; answers its space.</summary>
    public int Enter(int pid, ref TlbCounts counts)
    {
        int space = SpaceOf(pid);
        if (pid == _pid)
            return space;
        if (_pid != 0)
            counts.Switches++;
        _pid = pid;
        if (space >= 0 && policy.Pcid)
            return space;
        space = policy.Pcid ? _next++ % Spaces : 0;
        if (_pids[space] != 0)
        {
            DropSpace(space);
            counts.Flushes++;
        }

        _pids[space] = pid;
        return space;
    }

    /// <summary>Whether the access needs no walk.</summary>
    public bool Hits(ulong address, int space, bool write, ref TlbCounts counts)
    {
        ulong small = TlbArray.Tag(address, huge: false, space), huge = TlbArray.Tag(address, huge: true, space);
        if (_small.Hits(small, write) || _huge.Hits(huge, write))
        {
            counts.L1Hits++;
            return true;
        }

        bool isSmall = _second.Hits(small, write);
        if (!isSmall && !_second.Hits(huge, write))
            return false;
        counts.L2Hits++;
        ulong tag = isSmall ? small : huge;
        (isSmall ? _small : _huge).Fill(tag, _second.IsWritable(tag));
        return true;
    }

    public void Fill(ulong address, int space, bool huge, bool writable)
    {
        ulong tag = TlbArray.Tag(address, huge, space);
        (huge ? _huge : _small).Fill(tag, writable);
        _second.Fill(tag, writable);
    }

    public void Drop(int pid, ulong address)
    {
        int space = SpaceOf(pid);
        if (space < 0)
            return;
        foreach (bool huge in (ReadOnlySpan<bool>)[false, true])
        {
            ulong tag = TlbArray.Tag(address, huge, space);
            (huge ? _huge : _small).Drop(tag);
            _second.Drop(tag);
        }
    }

    public void DropAll(int pid)
    {
        int space = SpaceOf(pid);
        if (space >= 0)
            DropSpace(space);
    }

    /// <summary>What is held for a process: for checks.</summary>
    public IEnumerable<(ulong Address, bool Huge, bool Writable)> Of(int pid)
    {
        int space = SpaceOf(pid);
        return space < 0 ? [] : _small.Of(space).Concat(_huge.Of(space)).Concat(_second.Of(space));
    }

    private int SpaceOf(int pid) => Array.IndexOf(_pids, pid);

    private void DropSpace(int space)
    {
        _small.DropSpace(space);
        _huge.DropSpace(space);
        _second.DropSpace(space);
    }
}
