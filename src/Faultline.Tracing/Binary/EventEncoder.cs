using System.Diagnostics;
using System.Runtime.CompilerServices;
using Faultline.Tracing.Events;
using static Faultline.Tracing.Binary.EventEncoding;

namespace Faultline.Tracing.Binary;

/// <summary>
/// Writes events as differences. Runs in the program under watch after each call: numbers are stored as whole words and the
/// cursor moved by what they need, so that there is hardly a branch to mispredict.
/// </summary>
internal static unsafe class EventEncoder
{
    /// <summary>Writes one event at a place with <see cref="MaxEventBytes"/> of room; answers where it ended.</summary>
    public static byte* Write(byte* at, in TraceEvent e, EventContext* context)
    {
        Debug.Assert((int)e.Kind < Escape, "a kind that the format has no code for");
        if (e.Thread != context->Thread)
            at = SwitchThread(at, e.Thread, context);
        if (e.Stack != 0)
            at = WriteStack(at, e.Stack, context);
        return IsExtended((int)e.Kind) || (e.Second | e.OldAddress | e.Argument | (uint)e.Flags) != 0
            ? WriteExtended(at, e, context) : WritePlain(at, e, context);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* WritePlain(byte* at, in TraceEvent e, EventContext* context)
    {
        byte* cursor = at + 2;
        uint control = (uint)e.Kind | WriteCommon(ref cursor, e, context) | WriteAddress(ref cursor, e, context);
        Unsafe.WriteUnaligned(at, (ushort)control);
        return cursor;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static byte* WriteExtended(byte* at, in TraceEvent e, EventContext* context)
    {
        byte* cursor = at + 2;
        uint control = (uint)e.Kind;
        if (!IsExtended((int)e.Kind))
        {
            control = Escape;
            *cursor++ = (byte)e.Kind;
        }

        byte* more = cursor++;
        control |= WriteCommon(ref cursor, e, context);
        *more = WriteExtension(ref cursor, e, context);
        control |= WriteAddress(ref cursor, e, context);
        Unsafe.WriteUnaligned(at, (ushort)control);
        return cursor;
    }

    /// <summary>Time, site and size; answers their codes in place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint WriteCommon(ref byte* cursor, in TraceEvent e, EventContext* context)
    {
        ulong time = e.Time - context->Time;
        context->Time = e.Time;
        uint site = ZigZag(e.Site - context->LastSite[(int)e.Kind]);
        context->LastSite[(int)e.Kind] = e.Site;
        int timeCode = LengthCode(time);
        int siteCode = ShortLengthCode(site);
        int sizeCode = LengthCode(e.Size);
        Unsafe.WriteUnaligned(cursor, time);
        cursor += Length(timeCode);
        Unsafe.WriteUnaligned(cursor, site);
        cursor += ShortLength(siteCode);
        Unsafe.WriteUnaligned(cursor, e.Size);
        cursor += Length(sizeCode);
        return (uint)(timeCode << TimeShift | siteCode << SiteShift | sizeCode << SizeShift);
    }

    private static byte WriteExtension(ref byte* cursor, in TraceEvent e, EventContext* context)
    {
        int more = LengthCode(e.Second);
        Unsafe.WriteUnaligned(cursor, e.Second);
        cursor += Length(more);
        if (e.OldAddress != 0)
        {
            ulong old = AddressDifference(context->LastAddress, e.OldAddress);
            int code = Math.Max(1, LengthCode(old));
            Unsafe.WriteUnaligned(cursor, old);
            cursor += Length(code);
            more |= code << OldShift;
        }

        if (e.Argument != 0)
        {
            Unsafe.WriteUnaligned(cursor, e.Argument);
            cursor += sizeof(uint);
            more |= ArgumentBit;
        }

        if (e.Flags != 0)
        {
            *cursor++ = (byte)e.Flags;
            more |= FlagsBit;
        }

        return (byte)more;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint WriteAddress(ref byte* cursor, in TraceEvent e, EventContext* context)
    {
        ulong address = AddressDifference(context->ExpectedAddress(e.Kind, e.Size, e.OldAddress), e.Address);
        context->Learn(e.Kind, e.Size, e.Address);
        int code = LengthCode(address);
        Unsafe.WriteUnaligned(cursor, address);
        cursor += Length(code);
        return (uint)code << AddressShift;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static byte* WriteStack(byte* at, int stack, EventContext* context)
    {
        uint difference = ZigZag(unchecked(stack - context->LastStack));
        context->LastStack = stack;
        int code = LengthCode(difference);
        Unsafe.WriteUnaligned(at, (ushort)(Escape | code << SizeShift));
        at[2] = StackPrefix;
        Unsafe.WriteUnaligned(at + 3, difference);
        return at + 3 + Length(code);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static byte* SwitchThread(byte* at, int thread, EventContext* context)
    {
        context->Thread = thread;
        Unsafe.WriteUnaligned(at, (ushort)ThreadSwitch);
        Unsafe.WriteUnaligned(at + 2, thread);
        return at + 6;
    }
}
