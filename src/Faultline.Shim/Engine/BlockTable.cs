using System.Runtime.CompilerServices;
using Faultline.Api;
using Faultline.Kernel;
using Faultline.Shim.Ledger;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Engine;

/// <summary>
/// The block tags of the session file: for each place where a chunk can start, who allocated the block there, how big it
/// is and whether it lives. They answer "may this pointer be freed" in one load, and the tool reads them after the
/// program's end. Guards and markers (the other files of this class) are remembered in them.
/// </summary>
/// <remarks>
/// A tag is written by the thread whose block it describes, without a lock: from when the allocator handed the block out to when it
/// is given back. Two threads that free one block at the same time are told apart by <see cref="Claim"/>. Where the end of a chunk and
/// the start of its neighbour lie in one slot, and in the walk over all blocks at the program's end, tags of others are changed by
/// compare-exchange alone.
/// </remarks>
internal sealed unsafe partial class BlockTable
{
    public const ulong HeaderBytes = 16;
    private const int SlotShift = 5;
    private const ulong FewSlots = 8;
    private const ulong SlotBytes = 1UL << SlotShift;
    private const ulong HalfMask = SlotBytes / 2;

    /// <summary>Larger blocks are mappings of their own: the threshold never rises above 32 MiB.</summary>
    private const ulong LargestHeapBlock = 64UL << 20;
    private const int HalfToBit62 = 62 - 4;

    private readonly BlockTag* _tags;
    private readonly ulong _arenaStart;
    private readonly PageLedger _ledger;
    private readonly FindingLog _findings;

    public BlockTable(BlockTag* tags, ulong arenaStart, PageLedger ledger, FindingLog findings)
    {
        _tags = tags;
        _arenaStart = arenaStart;
        _ledger = ledger;
        _findings = findings;
    }

    /// <summary>The tag of the slot that covers an address of the arena.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref BlockTag Slot(ulong address) => ref _tags[(address - _arenaStart) >> SlotShift];

    /// <summary>The live block of the allocator whose chunk starts there; a null reference if there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref BlockTag FindLive(ulong chunk)
    {
        if (chunk < _arenaStart)
            return ref Unsafe.NullRef<BlockTag>();
        ref BlockTag tag = ref Slot(chunk);
        const ulong WhatCounts = BlockTag.LiveBit | BlockTag.HalfBit;
        bool found = (tag.State & WhatCounts) == (BlockTag.LiveBit | HalfBit(chunk)) && (chunk & 15) == 0
            && tag.Family != (uint)AllocationFamily.Mapping;
        return ref found ? ref tag : ref Unsafe.NullRef<BlockTag>();
    }

    /// <summary>Whether the tag is that of a freed chunk that started just there.</summary>
    public static bool IsFreed(in BlockTag tag, ulong chunk)
        => tag.IsFreed && (chunk & 15) == 0 && (tag.State & BlockTag.HalfBit) == HalfBit(chunk);

    /// <summary>Address of the chunk that a tag in the slot of an address speaks of.</summary>
    private static ulong ChunkOf(ulong state, ulong slotAddress)
        => (slotAddress & ~(SlotBytes - 1)) + ((state & BlockTag.HalfBit) != 0 ? HalfMask : 0);

    /// <summary>Enters a block that was just handed out and guards what is between the requested bytes and <paramref name="limit"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Place(ulong chunk, ulong requested, ulong limit, int site, AllocationFamily family)
    {
        ulong state = BlockTag.LiveBit | HalfBit(chunk) | ((ulong)family << BlockTag.FamilyShift) | (requested & BlockTag.RequestedMask);
        if (WriteGuard(chunk + HeaderBytes + requested, limit))
            state |= BlockTag.GuardedBit;
        Slot(chunk) = new BlockTag { State = state, AllocationSite = (uint)site };
    }

    /// <summary>Enters a mapping of the program's own: it starts where its pages start.</summary>
    public void PlaceMapping(ulong start, ulong length, int site)
        => Slot(start) = new BlockTag
        {
            State = BlockTag.LiveBit | ((ulong)AllocationFamily.Mapping << BlockTag.FamilyShift) | (length & BlockTag.RequestedMask),
            AllocationSite = (uint)site,
        };

    /// <summary>
    /// Takes the live block whose chunk starts there for the calling thread, which is about to free or move it: from then on it counts
    /// as freed for every other thread. A null reference if there is none, or another thread was first. <paramref name="state"/> is the
    /// tag's before.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref BlockTag Claim(ulong chunk, int site, out ulong state)
    {
        while (true)
        {
            state = 0;
            ref BlockTag tag = ref FindLive(chunk);
            if (Unsafe.IsNullRef(ref tag))
                return ref tag;
            state = tag.State;
            ulong claimed = state & ~(BlockTag.LiveBit | BlockTag.GuardedBit);
            if (claimed == state || Interlocked.CompareExchange(ref tag.State, claimed, state) != state)
                continue;
            tag.ReleaseSite = (uint)site;
            return ref tag;
        }
    }

    /// <summary>Marks a mapping of the program's own as gone; its sites stay known until another covers the place.</summary>
    public static void Kill(ref BlockTag tag, int site)
    {
        tag.State &= ~(BlockTag.LiveBit | BlockTag.GuardedBit);
        tag.ReleaseSite = (uint)site;
    }

    /// <summary>
    /// A chunk [chunk, end) of the heap is about to be used: what freed blocks left inside it is checked for writes after
    /// their free, and forgotten, because those places are now in the middle of a block.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Retire(ulong chunk, ulong end)
    {
        ref BlockTag tag = ref Slot(chunk);
        if ((tag.State & (BlockTag.LiveBit | BlockTag.MarkedBit)) == BlockTag.MarkedBit)
            TakeMarker(ref tag, ChunkOf(tag.State, chunk));
        ulong slot = (chunk | (SlotBytes - 1)) + 1;
        if (end - chunk <= FewSlots * SlotBytes)
            RetireSlots(slot, end);
        else
            RetirePages(slot, end);
    }

    /// <summary>
    /// The live block of the heap whose chunk starts nearest below an address, within the reach of the largest heap block;
    /// a null reference when a freed one is nearer or there is none. A chunk's first word is its lower neighbour's.
    /// </summary>
    public ref BlockTag NearestLiveBelow(ulong address, out ulong chunk)
    {
        ulong lowest = Math.Max(_arenaStart, address - Math.Min(address, LargestHeapBlock));
        for (ulong slot = address & ~(SlotBytes - 1); slot >= lowest; slot -= SlotBytes)
        {
            ref BlockTag tag = ref Slot(slot);
            chunk = ChunkOf(tag.State, slot);
            if (tag.State != 0 && chunk + sizeof(ulong) <= address)
                return ref tag.IsLive ? ref tag : ref Unsafe.NullRef<BlockTag>();
        }

        chunk = 0;
        return ref Unsafe.NullRef<BlockTag>();
    }

    /// <summary>
    /// The freed block that an address of a heap lay in last, with its address; a tag of zeros if none is known. Only pages
    /// where freed chunks start are looked at, because reading a tag that was never written takes memory.
    /// </summary>
    public BlockTag LastFreedAt(ulong address, ulong heapStart, out ulong block)
    {
        for (ulong page = PageSize.Down(address); page >= heapStart; page -= PageSize.Bytes)
        {
            if (!_ledger.HasDeadBlocks(page))
                continue;
            for (ulong slot = Math.Min(page + PageSize.Bytes, address + SlotBytes) - SlotBytes; slot >= page; slot -= SlotBytes)
            {
                ref BlockTag tag = ref Slot(slot);
                block = ChunkOf(tag.State, slot) + HeaderBytes;
                if (tag.IsFreed && block <= address + PageSize.Mask)
                    return block + tag.RequestedBytes > address ? tag : default;
            }
        }

        block = 0;
        return default;
    }

    /// <summary>Page by page, where freed chunks start at all; most slots there are zero, which is quickly seen of all at once.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void RetirePages(ulong slot, ulong end)
    {
        while (slot < end)
        {
            ulong pageEnd = Math.Min(end, (slot | PageSize.Mask) + 1);
            if (_ledger.HasDeadBlocks(slot))
            {
                ulong whole = pageEnd & ~(SlotBytes - 1);
                int words = (int)((whole - slot) >> SlotShift) * (BlockTag.Size / sizeof(ulong));
                bool allZero = !new ReadOnlySpan<ulong>(Unsafe.AsPointer(ref Slot(slot)), words).ContainsAnyExcept(0UL);
                RetireSlots(allZero ? whole : slot, pageEnd);
                if ((slot & PageSize.Mask) == 0 && (pageEnd & PageSize.Mask) == 0)
                    _ledger.ClearDeadBlocks(slot);
            }

            slot = pageEnd;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void RetireSlots(ulong slot, ulong end)
    {
        for (; slot < end; slot += SlotBytes)
            if (Slot(slot).State != 0)
                RetireSlot(slot, end);
    }

    private void RetireSlot(ulong slot, ulong end)
    {
        ref BlockTag tag = ref Slot(slot);
        ulong state = Volatile.Read(ref tag.State);
        ulong chunk = ChunkOf(state, slot);
        if (chunk >= end || (state & BlockTag.LiveBit) != 0)
            return;
        // The last slot may be the next chunk's as well, which another thread may just be handing out.
        if (slot + SlotBytes > end && Interlocked.CompareExchange(ref tag.State, 0, state) != state)
            return;
        if ((state & BlockTag.MarkedBit) != 0)
            CheckMarker(tag, chunk);
        if (slot + SlotBytes <= end)
            tag = default;
    }

    private static ulong HalfBit(ulong chunk) => (chunk & HalfMask) << HalfToBit62;
}
