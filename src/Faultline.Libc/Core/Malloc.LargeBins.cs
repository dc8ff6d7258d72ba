namespace Faultline.Libc;

// Large bins hold chunks of several sizes, the largest first (glibc 2.36, malloc/malloc.c). Chunks of one size are
// neighbours; the first of them leads, and the leaders form a second ring, so that a search takes one step a size:
//
//   head ⇄ 2048 ⇄ 2048 ⇄ 1536 ⇄ 1088 ⇄ 1088 ⇄ head        fd / bk
//          lead ────────▶ lead ─▶ lead ───────▶ (first)     fd_nextsize: the next smaller, wraps around
public sealed unsafe partial class Malloc<TProcess>
{
    /// <summary>Puts a chunk that comes from the unsorted list into its large bin. Its fd_nextsize is 0 already.</summary>
    private void InsertLarge(ulong bin, ulong chunk, ulong size)
    {
        ulong first = Fd(bin), last = Bk(bin);
        if (first == bin)
        {
            Store(in BkNextSize(chunk), chunk);
            Store(in FdNextSize(chunk), chunk);
            LinkBetween(chunk, bin, bin);
        }
        else if (size < SizeOf(last))
        {
            InsertLeader(chunk, first);
            LinkBetween(chunk, last, bin);
        }
        else
        {
            ulong leader = first;
            while (SizeOf(leader) > size)
                leader = FdNextSize(leader);
            if (SizeOf(leader) == size)
            {
                // Second in its group: the ring of sizes stays as it is.
                LinkBetween(chunk, leader, Fd(leader));
                return;
            }

            InsertLeader(chunk, leader);
            LinkBetween(chunk, Bk(leader), leader);
        }
    }

    /// <summary>Puts a chunk into the ring of sizes, just before the given leader.</summary>
    private void InsertLeader(ulong chunk, ulong leader)
    {
        ulong larger = BkNextSize(leader);
        Store(in FdNextSize(chunk), leader);
        Store(in BkNextSize(chunk), larger);
        Store(in FdNextSize(larger), chunk);
        Store(in BkNextSize(leader), chunk);
    }

    /// <summary>
    /// The smallest chunk of the bin that is big enough, or 0. Of several equal ones the second, so that the leader and
    /// with it the ring of sizes can stay.
    /// </summary>
    private ulong FindInLargeBin(ulong bin, ulong size)
    {
        ulong first = Fd(bin);
        if (first == bin || SizeOf(first) < size)
            return 0;
        ulong leader = BkNextSize(first);
        while (SizeOf(leader) < size)
            leader = BkNextSize(leader);
        return leader != Bk(bin) && SizeOf(Fd(leader)) == SizeOf(leader) ? Fd(leader) : leader;
    }
}
