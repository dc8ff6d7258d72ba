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

    /// <summary>Reports a claimed block whose guard was overwritten; <paramref name="state"/> is from before. False then: there is no guard any more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool CheckGuard(in BlockTag tag, ulong state, ulong block, ulong limit)
    {
        if ((state & BlockTag.GuardedBit) == 0)
            return true;
        byte* start = (byte*)block + (state & BlockTag.RequestedMask);
        byte* end = start + GuardLength((ulong)start, limit);
        byte* at = FirstOverwritten(start, end);
        if (at == end)
            return true;
        ReportOverrun(tag, block, at, end);
        return false;
    }

    /// <summary>
    /// The same for a live block, whose thread may free it and get it again meanwhile: what is overwritten counts only if it still is
    /// after the tag was found unchanged. The block goes on without a guard.
    /// </summary>
    public void CheckGuardOfOthers(ref BlockTag tag, ulong block, ulong limit)
    {
        BlockTag seen = tag;
        if (!seen.IsLive || (seen.State & BlockTag.GuardedBit) == 0)
            return;
        byte* start = (byte*)block + seen.RequestedBytes;
        byte* end = start + GuardLength((ulong)start, limit);
        if (FirstOverwritten(start, end) == end)
            return;
        bool still = Interlocked.CompareExchange(ref tag.State, seen.State & ~BlockTag.GuardedBit, seen.State) == seen.State;
        byte* at = FirstOverwritten(start, end);
        if (still && at < end)
            ReportOverrun(seen, block, at, end);
    }

    /// <summary>The first byte of a guard that is none any more; its end if all are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* FirstOverwritten(byte* at, byte* end)
    {
        while (end - at >= sizeof(ulong) && Unsafe.ReadUnaligned<ulong>(at) == GuardWord)
            at += sizeof(ulong);
        while (at < end && *at == GuardByte)
            at++;
        return at;
    }

    /// <summary>The program asked how much it may use, and may now use it all: the guard gives way to zeros.</summary>
    public void RemoveGuard(ref BlockTag tag, ulong block, ulong limit)
    {
        CheckGuardOfOthers(ref tag, block, limit);
        if ((tag.State & BlockTag.GuardedBit) == 0)
            return;
        ulong start = block + tag.RequestedBytes;
        Unsafe.InitBlockUnaligned((void*)start, 0, (uint)GuardLength(start, limit));
        DropGuard(ref tag);
    }

    /// <summary>The pages [start, end) of the heap are being emptied under live blocks: their guards are gone with them.</summary>
    public void DropGuards(ulong start, ulong end)
    {
        ref BlockTag before = ref NearestLiveBelow(start, out _);
        if (!Unsafe.IsNullRef(ref before))
            DropGuard(ref before);
        for (ulong slot = start; slot < end; slot += SlotBytes)
            if (Slot(slot).IsLive)
                DropGuard(ref Slot(slot));
    }

    public static void DropGuard(ref BlockTag tag) => Interlocked.And(ref tag.State, ~BlockTag.GuardedBit);

    private void ReportOverrun(in BlockTag tag, ulong block, byte* first, byte* end)
    {
        byte* last = end - 1;
        while (*last == GuardByte)
            last--;
        // The block was written past its end while it lived: who frees it only finds it.
        BlockTag alive = tag;
        alive.ReleaseSite = 0;
        _findings.Add(FindingKind.WritePastEnd, (ulong)first, (ulong)(last - first) + 1, alive, block);
    }

    /// <summary>The part of [start, limit) that is guarded: it stays on one page.</summary>
    private static ulong GuardLength(ulong start, ulong limit)
        => Math.Min(Math.Min(limit - start, LongestGuard), PageSize.Bytes - (start & PageSize.Mask));
}
