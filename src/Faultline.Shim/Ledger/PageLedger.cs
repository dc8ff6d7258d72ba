using System.Runtime.CompilerServices;
using Faultline.Kernel;
using Faultline.Kernel.Host;

namespace Faultline.Shim.Ledger;

/// <summary>
/// Who pays for a page of the heap: the site whose block was placed first on it since it was last absent. One word a
/// page of the arena, off the GC heap, zero until the page is used.
/// <code>
///    31       30  29       28..27     26        25..21  20..0
///    settled  0   strayed  pending    recorded  0       site + 1, 0 = no block yet
/// </code>
/// settled: the simulated process has accounted for a private page here, so nothing more is to be learned from the real
/// page. strayed: a touch that no block explains was reported. pending: faults taken before any block was placed.
/// recorded: a trace has it that the program uses the page.
/// Besides, a byte a page tells whether a chunk that starts there was freed, so that block tags may have to be retired when a new
/// chunk covers them.
/// </summary>
/// <remarks>
/// Words are written under the lock of the simulated kernel and read by anybody: a page under a live block, or under a chunk whose
/// arena is locked, loses neither its owner nor its settled bit. The bytes are set by whoever frees a chunk there, and cleared by the
/// one thread whose chunk covers the page whole. Pages of a block that is a mapping of its own are paid for through <see cref="MappingTable"/>; of them only the settled bit of header pages is kept here.
/// </remarks>
internal sealed unsafe class PageLedger : IDisposable
{
    public const uint Settled = 1u << 31;
    public const uint Strayed = 1u << 29;
    public const uint Recorded = 1u << 26;
    public const uint OwnerMask = (1u << 21) - 1;
    private const int PendingShift = 27;
    private const uint PendingMask = 3u << PendingShift;

    private readonly ReservedMemory _memory;
    private readonly ReservedMemory _deadMemory;
    private readonly ulong _start;
    private readonly uint* _entries;
    private readonly byte* _dead;

    public PageLedger(ulong arenaStart, ulong arenaLength)
    {
        _memory = new ReservedMemory((arenaLength >> PageSize.Shift) * sizeof(uint));
        _start = arenaStart;
        _entries = (uint*)_memory.Start;
        _deadMemory = new ReservedMemory(arenaLength >> PageSize.Shift);
        _dead = _deadMemory.Start;
    }

    /// <summary>The entry of the page that holds an address of the arena.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref uint At(ulong address) => ref _entries[(address - _start) >> PageSize.Shift];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsSettled(ulong address) => (int)At(address) < 0;

    /// <summary>Whether chunks that start on the page were freed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool HasDeadBlocks(ulong address) => _dead[(address - _start) >> PageSize.Shift] != 0;

    /// <summary>Only read where it is set already: most of the time many threads may share the bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void SetDeadBlocks(ulong address)
    {
        ref byte dead = ref _dead[(address - _start) >> PageSize.Shift];
        if (dead == 0)
            dead = 1;
    }

    public void ClearDeadBlocks(ulong address) => _dead[(address - _start) >> PageSize.Shift] = 0;

    /// <summary>Whether nothing is to be learned of the pages [start, end), page addresses.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool AreSettled(ulong start, ulong end) => FindOther(start, end, Settled, Settled) == end;

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

    /// <summary>The pages went away; that freed blocks were there stays known.</summary>
    public void Drop(ulong start, ulong end)
    {
        uint* last = _entries + ((end - _start) >> PageSize.Shift);
        for (uint* entry = _entries + ((start - _start) >> PageSize.Shift); entry < last; entry++)
            if (*entry != 0)
                *entry = 0;
    }

    /// <summary>The pages went away under blocks that live on: their owners stay.</summary>
    public void Empty(ulong start, ulong end)
    {
        uint* last = _entries + ((end - _start) >> PageSize.Shift);
        for (uint* entry = _entries + ((start - _start) >> PageSize.Shift); entry < last; entry++)
            if (*entry != 0)
                *entry &= OwnerMask;
    }

    public void Dispose()
    {
        _memory.Dispose();
        _deadMemory.Dispose();
    }
}
