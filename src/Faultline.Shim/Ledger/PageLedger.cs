using System.Runtime.CompilerServices;
using Faultline.Kernel;
using Faultline.Kernel.Host;

namespace Faultline.Shim.Ledger;

/// <summary>
/// Who pays for a page of the heap: the site whose block was placed first on it since it was last absent. One word a
/// page of the arena, off the GC heap, zero until the page is used.
/// <code>
///    31       30           29       28..27     26..21  20..0
///    settled  dead blocks  strayed  pending    0       site + 1, 0 = no block yet
/// </code>
/// settled: the simulated process has accounted for a private page here, so nothing more is to be learned from the real
/// page. dead blocks: a chunk that starts here was freed, so block tags may have to be retired when a new chunk covers them.
/// strayed: a touch that no block explains was reported. pending: faults taken before any block was placed.
/// </summary>
/// <remarks>Pages of a block that is a mapping of its own are paid for through <see cref="MappingTable"/>; of them only the settled bit of header pages is kept here.</remarks>
internal sealed unsafe class PageLedger : IDisposable
{
    public const uint Settled = 1u << 31;
    public const uint DeadBlocks = 1u << 30;
    public const uint Strayed = 1u << 29;
    public const uint OwnerMask = (1u << 21) - 1;
    private const int PendingShift = 27;
    private const uint PendingMask = 3u << PendingShift;

    private readonly ReservedMemory _memory;
    private readonly ulong _start;
    private readonly uint* _entries;

    public PageLedger(ulong arenaStart, ulong arenaLength)
    {
        _memory = new ReservedMemory((arenaLength >> PageSize.Shift) * sizeof(uint));
        _start = arenaStart;
        _entries = (uint*)_memory.Start;
    }

    /// <summary>The entry of the page that holds an address of the arena.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref uint At(ulong address) => ref _entries[(address - _start) >> PageSize.Shift];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsSettled(ulong address) => (int)At(address) < 0;

    public static bool HasOwner(uint entry) => (entry & OwnerMask) != 0;

    /// <summary>The site that pays; only meaningful with an owner.</summary>
    public static uint Owner(uint entry) => (entry & OwnerMask) - 1;

    public static uint Pending(uint entry) => (entry & PendingMask) >> PendingShift;

    /// <summary>Adds faults to those that wait for an owner. A page can take two (read, then written) while it is present.</summary>
    public static void AddPending(ref uint entry, uint faults)
        => entry = (entry & ~PendingMask) | (Math.Min(Pending(entry) + faults, 3) << PendingShift);

    /// <summary>Gives an unowned page its site; answers the faults that had been waiting.</summary>
    public static uint SetOwner(ref uint entry, int site)
    {
        uint pending = Pending(entry);
        entry = (entry & ~(PendingMask | Strayed)) | ((uint)site + 1);
        return pending;
    }

    /// <summary>The first page in [page, end) whose entry, masked, is not the wanted value; <paramref name="end"/> if there is none. Page addresses.</summary>
    public ulong FindOther(ulong page, ulong end, uint mask, uint wanted)
    {
        uint* entry = _entries + ((page - _start) >> PageSize.Shift);
        uint* last = _entries + ((end - _start) >> PageSize.Shift);
        while (entry < last && (*entry & mask) == wanted)
            entry++;
        return _start + ((ulong)(entry - _entries) << PageSize.Shift);
    }

    /// <summary>The pages went away; what is known of freed blocks stays.</summary>
    public void Drop(ulong start, ulong end)
    {
        uint* last = _entries + ((end - _start) >> PageSize.Shift);
        for (uint* entry = _entries + ((start - _start) >> PageSize.Shift); entry < last; entry++)
            if (*entry != 0)
                *entry &= DeadBlocks;
    }

    /// <summary>The pages went away under blocks that live on: their owners stay.</summary>
    public void Empty(ulong start, ulong end)
    {
        uint* last = _entries + ((end - _start) >> PageSize.Shift);
        for (uint* entry = _entries + ((start - _start) >> PageSize.Shift); entry < last; entry++)
            if (*entry != 0)
                *entry &= DeadBlocks | OwnerMask;
    }

    public void Dispose() => _memory.Dispose();
}
