using System.Runtime.CompilerServices;
using Faultline.Kernel;
using Faultline.Shim.Ledger;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Engine;

// Markers: 16 bytes at the start of a freed block, just where glibc puts its link words (tcache next and key, fastbin fd,
// fd and bk of binned chunks). The shim's own links are in the shadow, so whoever changes these bytes has written into
// memory that it freed. Only on pages that the simulated process has.
internal sealed unsafe partial class BlockTable
{
    private const ulong MarkerLow = 0xdead_b10c_5afe_0001;
    private const ulong MarkerHigh = 0x0ff5_ea5e_dead_b10c;
    private const ulong MarkerBytes = 16;

    /// <summary>
    /// Marks a claimed block of the heap that the allocator is about to take back, if the process has its first page. Not later: then
    /// it may be another thread's already.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Mark(ref BlockTag tag, ulong chunk)
    {
        _ledger.SetDeadBlocks(chunk);
        ulong block = chunk + HeaderBytes;
        if (!_ledger.IsSettled(block))
            return;
        ((ulong*)block)[0] = MarkerLow ^ block;
        ((ulong*)block)[1] = MarkerHigh ^ block;
        tag.State |= BlockTag.MarkedBit;
    }

    /// <summary>realloc has copied a claimed block, and frees it next: <see cref="Mark"/>, if it is one of the heap.</summary>
    public void MarkMoved(ulong block)
    {
        ulong chunk = block - HeaderBytes;
        ref BlockTag tag = ref Slot(chunk);
        if (IsFreed(tag, chunk) && PageLedger.HasOwner(_ledger.At(chunk + sizeof(ulong))))
            Mark(ref tag, chunk);
    }

    /// <summary>Reports a freed block whose marker was overwritten, and takes the mark off; for the thread whose block it is now.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void TakeMarker(ref BlockTag tag, ulong chunk)
    {
        tag.State &= ~BlockTag.MarkedBit;
        CheckMarker(tag, chunk);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void CheckMarker(in BlockTag tag, ulong chunk)
    {
        if (!HoldsMarker(chunk + HeaderBytes))
            ReportWriteAfterFree(tag, chunk + HeaderBytes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool HoldsMarker(ulong block)
        => ((ulong*)block)[0] == (MarkerLow ^ block) && ((ulong*)block)[1] == (MarkerHigh ^ block);

    /// <summary>
    /// The same for a block that may be in another thread's cache, and that this thread may take out and write to at any time. It takes
    /// the mark off first: so the bytes count only if the mark could be taken off after they were read.
    /// </summary>
    private void CheckMarkerOfOthers(ref BlockTag tag, ulong chunk)
    {
        BlockTag seen = tag;
        if ((seen.State & BlockTag.MarkedBit) == 0 || seen.IsLive || HoldsMarker(chunk + HeaderBytes))
            return;
        bool still = Interlocked.CompareExchange(ref tag.State, seen.State & ~BlockTag.MarkedBit, seen.State) == seen.State;
        if (still && !HoldsMarker(chunk + HeaderBytes))
            ReportWriteAfterFree(seen, chunk + HeaderBytes);
    }

    /// <summary>Checks the markers of all freed blocks that start in a free part [start, end) of the heap.</summary>
    public void CheckMarkers(ulong start, ulong end)
    {
        for (ulong slot = start & ~(SlotBytes - 1); slot < end; slot += SlotBytes)
        {
            if (!_ledger.HasDeadBlocks(slot))
            {
                slot = (slot | PageSize.Mask) + 1 - SlotBytes;
                continue;
            }

            ref BlockTag tag = ref Slot(slot);
            ulong chunk = ChunkOf(tag.State, slot);
            if (tag.IsFreed && chunk >= start && chunk < end)
                CheckMarkerOfOthers(ref tag, chunk);
        }
    }

    /// <summary>The pages [start, end), of free memory, are about to be dropped: markers there are checked for the last time.</summary>
    public void DropMarkers(ulong start, ulong end)
    {
        for (ulong page = start; page < end; page += PageSize.Bytes)
            if (_ledger.HasDeadBlocks(page))
                TakeMarkers(page, page + PageSize.Bytes);
        // A block may start on the last page before, with its marker already in the range.
        if (start > _arenaStart)
            TakeMarkers(start - HeaderBytes, start);
    }

    private void TakeMarkers(ulong start, ulong end)
    {
        for (ulong slot = start & ~(SlotBytes - 1); slot < end; slot += SlotBytes)
        {
            ref BlockTag tag = ref Slot(slot);
            ulong chunk = ChunkOf(tag.State, slot);
            if (tag.IsFreed && (tag.State & BlockTag.MarkedBit) != 0 && chunk >= start && chunk < end)
                TakeMarker(ref tag, chunk);
        }
    }

    private void ReportWriteAfterFree(in BlockTag tag, ulong block)
    {
        ulong changed = 0;
        for (ulong i = 0; i < MarkerBytes; i++)
        {
            ulong word = (i < 8 ? MarkerLow : MarkerHigh) ^ block;
            if (((byte*)block)[i] != (byte)(word >> (int)(i % 8 * 8)))
                changed++;
        }

        _findings.Add(FindingKind.WriteAfterFree, block, changed, tag, block);
    }
}
