using System.Runtime.CompilerServices;
using Faultline.Kernel;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Engine;

// Guard bytes: a pattern in the slack between a block's requested and usable size. Only on a page that the simulated
// process has already, for the real allocator's own header is on it, so that the guard touches nothing that would have
// stayed untouched; a block whose slack begins on an untouched page goes without.
internal sealed unsafe partial class BlockTable
{
    /// <summary>Overruns are short; of a long slack only the start is guarded.</summary>
    private const ulong LongestGuard = 64;
    private const byte GuardByte = 0xfd;
    private const ulong GuardWord = 0xfdfdfdfd_fdfdfdfd;

    /// <summary>Guards a block if that can be done without touching a page; answers whether it was.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool WriteGuard(ulong block, ulong requested, ulong usable)
    {
        ulong start = block + requested;
        ulong length = GuardLength(start, usable - requested);
        if (length == 0 || !_ledger.IsSettled(start))
            return false;
        byte* at = (byte*)start;
        for (; length >= sizeof(ulong); length -= sizeof(ulong), at += sizeof(ulong))
            Unsafe.WriteUnaligned(at, GuardWord);
        for (; length > 0; length--)
            *at++ = GuardByte;
        return true;
    }

    /// <summary>Reports a live block whose guard was overwritten; the block goes on without a guard.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void CheckGuard(ref BlockTag tag, ulong block, ulong usable)
    {
        if ((tag.State & BlockTag.GuardedBit) == 0)
            return;
        byte* start = (byte*)block + tag.RequestedBytes;
        byte* at = start;
        byte* end = start + GuardLength((ulong)start, usable - tag.RequestedBytes);
        while (end - at >= sizeof(ulong) && Unsafe.ReadUnaligned<ulong>(at) == GuardWord)
            at += sizeof(ulong);
        while (at < end && *at == GuardByte)
            at++;
        if (at < end)
            ReportOverrun(ref tag, block, at, end);
    }

    /// <summary>The program asked how much it may use, and may now use it all: the guard gives way to zeros.</summary>
    public void RemoveGuard(ref BlockTag tag, ulong block, ulong usable)
    {
        CheckGuard(ref tag, block, usable);
        if ((tag.State & BlockTag.GuardedBit) == 0)
            return;
        ulong start = block + tag.RequestedBytes;
        Unsafe.InitBlockUnaligned((void*)start, 0, (uint)GuardLength(start, usable - tag.RequestedBytes));
        tag.State &= ~BlockTag.GuardedBit;
    }

    /// <summary>The pages [start, end) of the heap are being emptied under live blocks: their guards are gone with them.</summary>
    public void DropGuards(ulong start, ulong end)
    {
        ref BlockTag before = ref NearestLiveBelow(start, out _);
        if (!Unsafe.IsNullRef(ref before))
            before.State &= ~BlockTag.GuardedBit;
        for (ulong slot = start; slot < end; slot += SlotBytes)
            if (Slot(slot).IsLive)
                Slot(slot).State &= ~BlockTag.GuardedBit;
    }

    private void ReportOverrun(ref BlockTag tag, ulong block, byte* first, byte* end)
    {
        byte* last = end - 1;
        while (*last == GuardByte)
            last--;
        _findings.Add(FindingKind.WritePastEnd, (ulong)first, (ulong)(last - first) + 1, tag, block);
        tag.State &= ~BlockTag.GuardedBit;
    }

    /// <summary>The part of the slack that is guarded: it stays on one page.</summary>
    private static ulong GuardLength(ulong start, ulong slack)
        => Math.Min(Math.Min(slack, LongestGuard), PageSize.Bytes - (start & PageSize.Mask));
}
