using System.Runtime.CompilerServices;
using Faultline.Tracing.Events;
using static Faultline.Tracing.Binary.EventEncoding;

namespace Faultline.Tracing.Binary;

/// <summary>
/// Reads what <see cref="EventEncoder"/> wrote. The block's checksum was good; it may nevertheless hold nonsense (a file
/// made by other means): each event is checked to end inside the block, behind which 8 readable bytes lie.
/// </summary>
internal static unsafe class EventDecoder
{
    /// <summary>Reads one event; false when there is none that ends by <paramref name="end"/>, or its kind is none.</summary>
    public static bool TryRead(ref byte* cursor, byte* end, EventContext* context, out TraceEvent e)
    {
        e = default;
        byte* at = cursor;
        int stack = 0;
        while (true)
        {
            if (end - at < 2)
                return false;
            uint control = Unsafe.ReadUnaligned<ushort>(at);
            at += 2;
            if ((control & CodeMask) == ThreadSwitch)
            {
                if (end - at < sizeof(int))
                    return false;
                context->Thread = Unsafe.ReadUnaligned<int>(at);
                at += sizeof(int);
            }
            else if ((control & CodeMask) == Escape && at < end && *at == StackPrefix)
            {
                if (end - ++at < Length((int)(control >> SizeShift & 7)))
                    return false;
                stack = context->LastStack += UnZigZag((uint)Number(ref at, control >> SizeShift));
            }
            else
            {
                e.Stack = stack;
                return ReadEvent(control, ref at, end, context, ref e) && Finish(ref cursor, at);
            }
        }
    }

    private static bool Finish(ref byte* cursor, byte* at)
    {
        cursor = at;
        return true;
    }

    private static bool ReadEvent(uint control, ref byte* at, byte* end, EventContext* context, ref TraceEvent e)
    {
        uint kind = control & CodeMask;
        uint more = 0;
        bool extended = IsExtended((int)kind) || kind == Escape;
        if (extended)
        {
            if (end - at < 2)
                return false;
            if (kind == Escape)
                kind = *at++;
            more = *at++;
            if (kind >= Escape)
                return false;
        }

        // 8 + 4 + 8 + 8 + 8 + 4 + 1 + 8 at the most: ended before anything is read past the block's padding.
        if (Needed(control, more) > end - at)
            return false;
        e.Kind = (TraceEventKind)kind;
        e.Thread = context->Thread;
        e.Time = context->Time += Number(ref at, control >> TimeShift);
        e.Site = context->LastSite[kind] += UnZigZag(ShortNumber(ref at, control >> SiteShift));
        e.Size = Number(ref at, control >> SizeShift);
        if (extended)
            ReadExtension(more, ref at, context, ref e);
        ulong expected = context->ExpectedAddress(e.Kind, e.Size, e.OldAddress);
        e.Address = AddressAfter(expected, Number(ref at, control >> AddressShift));
        context->Learn(e.Kind, e.Size, e.Address);
        return true;
    }

    private static void ReadExtension(uint more, ref byte* at, EventContext* context, ref TraceEvent e)
    {
        e.Second = Number(ref at, more);
        if ((more >> OldShift & 7) != 0)
            e.OldAddress = AddressAfter(context->LastAddress, Number(ref at, more >> OldShift));
        if ((more & ArgumentBit) != 0)
        {
            e.Argument = Unsafe.ReadUnaligned<uint>(at);
            at += sizeof(uint);
        }

        if ((more & FlagsBit) != 0)
            e.Flags = (TraceEventFlags)(*at++);
    }

    /// <summary>Bytes that the numbers of an event take.</summary>
    private static int Needed(uint control, uint more)
        => Length((int)(control >> TimeShift & 7)) + ShortLength((int)(control >> SiteShift & 3)) + Length((int)(control >> SizeShift & 7))
            + Length((int)(control >> AddressShift & 7)) + Length((int)(more & 7)) + Length((int)(more >> OldShift & 7))
            + ((more & ArgumentBit) != 0 ? sizeof(uint) : 0) + (int)(more >> 7 & 1);

    /// <summary>A number whose length is in the low three bits of the codes.</summary>
    private static ulong Number(ref byte* at, uint codes)
    {
        int length = Length((int)(codes & 7));
        ulong word = Unsafe.ReadUnaligned<ulong>(at);
        at += length;
        // A shift by 64 is a shift by none in hardware: no bytes are a case of their own.
        return length == 0 ? 0 : word & ulong.MaxValue >> 64 - 8 * length;
    }

    private static uint ShortNumber(ref byte* at, uint codes)
    {
        int length = ShortLength((int)(codes & 3));
        uint word = Unsafe.ReadUnaligned<uint>(at);
        at += length;
        return length == 0 ? 0 : word & uint.MaxValue >> 32 - 8 * length;
    }
}
