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

    /// <summary>Marks a block of the heap that the allocator has taken back, if its first page is still there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Mark(ref BlockTag tag, ulong chunk)
    {
        _ledger.At(chunk) |= PageLedger.DeadBlocks;
        ulong block = chunk + HeaderBytes;
        if (!_ledger.IsSettled(block))
            return;
        ((ulong*)block)[0] = MarkerLow ^ block;
        ((ulong*)block)[1] = MarkerHigh ^ block;
        tag.State |= BlockTag.MarkedBit;
    }

    /// <summary>Reports a freed block whose marker was overwritten; the tag is no longer marked afterwards.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void CheckMarker(ref BlockTag tag, ulong chunk)
    {
        if ((tag.State & BlockTag.MarkedBit) == 0)
            return;
        tag.State &= ~BlockTag.MarkedBit;
        ulong block = chunk + HeaderBytes;
        if (((ulong*)block)[0] != (MarkerLow ^ block) || ((ulong*)block)[1] != (MarkerHigh ^ block))
            ReportWriteAfterFree(tag, block);
    }

    /// <summary>Checks the markers of all freed blocks that start in a free part [start, end) of the heap.</summary>
    public void CheckMarkers(ulong start, ulong end)
    {
        for (ulong slot = start & ~(SlotBytes - 1); slot < end; slot += SlotBytes)
        {
            if ((_ledger.At(slot) & PageLedger.DeadBlocks) == 0)
            {
                slot = (slot | PageSize.Mask) + 1 - SlotBytes;
                continue;
            }

            ref BlockTag tag = ref Slot(slot);
            ulong chunk = ChunkOf(tag, slot);
            if (tag.IsFreed && chunk >= start && chunk < end)
                CheckMarker(ref tag, chunk);
        }
    }

    /// <summary>The pages [start, end) are about to be dropped: markers there are checked for the last time.</summary>
    public void DropMarkers(ulong start, ulong end)
    {
        for (ulong page = start; page < end; page += PageSize.Bytes)
            if ((_ledger.At(page) & PageLedger.DeadBlocks) != 0)
                CheckMarkers(page, page + PageSize.Bytes);
        // A block may start on the last page before, with its marker already in the range.
        if (start > _arenaStart)
            CheckMarkers(start - HeaderBytes, start);
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
