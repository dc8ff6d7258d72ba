// What the pages of an area add up to (fs/proc/task_mmu.c struct mem_size_stats, smaps_account, smaps_page_accumulate, 6.18).

namespace Faultline.Kernel;

/// <summary>
/// The numbers of one area in /proc/PID/smaps, or their sums (smaps_rollup). In bytes; the proportional ones, in which a page that n page
/// tables map counts one n-th, are kept with <see cref="PssShift"/> binary places below the byte, as the kernel keeps them.
/// </summary>
public struct AreaUsage
{
    public const int PssShift = 12;

    public ulong Rss;
    public ulong ProportionalShift12;
    public ulong ProportionalDirtyShift12;
    public ulong ProportionalAnonShift12;
    public ulong ProportionalFileShift12;
    public ulong ProportionalShmemShift12;
    public ulong ProportionalLockedShift12;
    public ulong SharedClean;
    public ulong SharedDirty;
    public ulong PrivateClean;
    public ulong PrivateDirty;
    public ulong Referenced;
    public ulong Anonymous;
    public ulong LazyFree;
    public ulong AnonHugePages;
    public ulong ShmemPmdMapped;
    public ulong FilePmdMapped;
    public ulong Swap;
    public ulong ProportionalSwapShift12;

    public readonly ByteCount Pss => new(ProportionalShift12 >> PssShift);

    public readonly ByteCount PssDirty => new(ProportionalDirtyShift12 >> PssShift);

    public readonly ByteCount PssAnon => new(ProportionalAnonShift12 >> PssShift);

    public readonly ByteCount PssFile => new(ProportionalFileShift12 >> PssShift);

    public readonly ByteCount PssShmem => new(ProportionalShmemShift12 >> PssShift);

    public readonly ByteCount SwapPss => new(ProportionalSwapShift12 >> PssShift);

    /// <summary>Pages of an area that mlock(2) keeps in memory.</summary>
    public readonly ByteCount Locked => new(ProportionalLockedShift12 >> PssShift);

    /// <summary>What would be free if the process ended: Private_Clean + Private_Dirty (USS).</summary>
    public readonly ByteCount Private => new(PrivateClean + PrivateDirty);

    /// <summary>One resident page.</summary>
    internal void AddPage(FrameFlags frame, int mapCount, bool young, bool dirty, bool locked)
    {
        ulong pss = PageSize.Bytes << PssShift;
        if (mapCount >= 2)
            pss /= (ulong)mapCount;
        dirty |= (frame & FrameFlags.Dirty) != 0;
        Rss += PageSize.Bytes;
        ProportionalShift12 += pss;
        if (dirty)
            ProportionalDirtyShift12 += pss;
        if (locked)
            ProportionalLockedShift12 += pss;
        if (young || (frame & FrameFlags.Referenced) != 0)
            Referenced += PageSize.Bytes;
        AddByKind(frame, pss, dirty);
        AddBySharing(mapCount < 2, dirty);
    }

    private void AddByKind(FrameFlags frame, ulong pss, bool dirty)
    {
        if ((frame & FrameFlags.Anonymous) != 0)
        {
            Anonymous += PageSize.Bytes;
            ProportionalAnonShift12 += pss;
            if ((frame & FrameFlags.SwapBacked) == 0 && !dirty)
                LazyFree += PageSize.Bytes;
        }
        else if ((frame & FrameFlags.SwapBacked) != 0)
        {
            ProportionalShmemShift12 += pss;
        }
        else
        {
            ProportionalFileShift12 += pss;
        }
    }

    private void AddBySharing(bool isPrivate, bool dirty)
    {
        if (isPrivate)
            (PrivateDirty, PrivateClean) = dirty ? (PrivateDirty + PageSize.Bytes, PrivateClean) : (PrivateDirty, PrivateClean + PageSize.Bytes);
        else
            (SharedDirty, SharedClean) = dirty ? (SharedDirty + PageSize.Bytes, SharedClean) : (SharedDirty, SharedClean + PageSize.Bytes);
    }

    /// <summary>One page in swap, whose slot so many entries name.</summary>
    internal void AddSwapped(int users)
    {
        Swap += PageSize.Bytes;
        ProportionalSwapShift12 += (PageSize.Bytes << PssShift) / (ulong)Math.Max(users, 1);
    }

    /// <summary>Sums, as smaps_rollup and tools make them.</summary>
    public static AreaUsage operator +(AreaUsage a, AreaUsage b) => new()
    {
        Rss = a.Rss + b.Rss,
        ProportionalShift12 = a.ProportionalShift12 + b.ProportionalShift12,
        ProportionalDirtyShift12 = a.ProportionalDirtyShift12 + b.ProportionalDirtyShift12,
        ProportionalAnonShift12 = a.ProportionalAnonShift12 + b.ProportionalAnonShift12,
        ProportionalFileShift12 = a.ProportionalFileShift12 + b.ProportionalFileShift12,
        ProportionalShmemShift12 = a.ProportionalShmemShift12 + b.ProportionalShmemShift12,
        ProportionalLockedShift12 = a.ProportionalLockedShift12 + b.ProportionalLockedShift12,
        SharedClean = a.SharedClean + b.SharedClean,
        SharedDirty = a.SharedDirty + b.SharedDirty,
        PrivateClean = a.PrivateClean + b.PrivateClean,
        PrivateDirty = a.PrivateDirty + b.PrivateDirty,
        Referenced = a.Referenced + b.Referenced,
        Anonymous = a.Anonymous + b.Anonymous,
        LazyFree = a.LazyFree + b.LazyFree,
        AnonHugePages = a.AnonHugePages + b.AnonHugePages,
        ShmemPmdMapped = a.ShmemPmdMapped + b.ShmemPmdMapped,
        FilePmdMapped = a.FilePmdMapped + b.FilePmdMapped,
        Swap = a.Swap + b.Swap,
        ProportionalSwapShift12 = a.ProportionalSwapShift12 + b.ProportionalSwapShift12,
    };
}
