using System.Runtime.CompilerServices;
using Faultline.Kernel;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Engine;

// Guard bytes: a pattern behind the bytes that were asked for, up to the block's limit. In the heap that is the slack of the
// chunk and the size word of the next one, which lies unused in real memory because the shim's own is in the shadow; of
// a mapping it is the slack. Only on a page that the simulated process has already, for a real header is on it, so
// that the guard touches nothing that would have stayed untouched.
internal sealed unsafe partial class BlockTable
{
    /// <summary>Overruns are short; of a long slack only the start is guarded.</summary>
    private const ulong LongestGuard = 64;
    private const byte GuardByte = 0xfd;
    private const ulong GuardWord = 0xfdfdfdfd_fdfdfdfd;

    /// <summary>Guards [start, limit) if that can be done without touching a page; answers whether it was.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool WriteGuard(ulong start, ulong limit)
    {
        ulong length = GuardLength(start, limit);
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
    public void CheckGuard(ref BlockTag tag, ulong block, ulong limit)
    {
        if ((tag.State & BlockTag.GuardedBit) == 0)
            return;
        byte* start = (byte*)block + tag.RequestedBytes;
        byte* at = start;
        byte* end = start + GuardLength((ulong)start, limit);
        while (end - at >= sizeof(ulong) && Unsafe.ReadUnaligned<ulong>(at) == GuardWord)
            at += sizeof(ulong);
        while (at < end && *at == GuardByte)
            at++;
        if (at < end)
            ReportOverrun(ref tag, block, at, end);
    }

    /// <summary>The program asked how much it may use, and may now use it all: the guard gives way to zeros.</summary>
    public void RemoveGuard(ref BlockTag tag, ulong block, ulong limit)
    {
        CheckGuard(ref tag, block, limit);
        if ((tag.State & BlockTag.GuardedBit) == 0)
            return;
        ulong start = block + tag.RequestedBytes;
        Unsafe.InitBlockUnaligned((void*)start, 0, (uint)GuardLength(start, limit));
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

    /// <summary>The part of [start, limit) that is guarded: it stays on one page.</summary>
    private static ulong GuardLength(ulong start, ulong limit)
        => Math.Min(Math.Min(limit - start, LongestGuard), PageSize.Bytes - (start & PageSize.Mask));
}
