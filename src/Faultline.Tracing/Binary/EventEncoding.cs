using System.Numerics;
using Faultline.Tracing.Events;

namespace Faultline.Tracing.Binary;

// One event in an event block. Numbers are little-endian and take as many bytes as they need; how many is said up front, so
// that neither side has to look at each byte of a number.
//
//   control   2 bytes   15      13 12     10 9       7 6   5 4        0
//                      ┌──────────┬─────────┬─────────┬─────┬──────────┐
//                      │ address  │  size   │  time   │site │  code    │
//                      └──────────┴─────────┴─────────┴─────┴──────────┘
//   [kind]    1 byte    when code is Escape: the event's kind follows, with an extension
//   [more]    1 byte    when the kind has an extension  7    6     5    3 2      0
//                                                     ┌─────┬─────┬──────┬────────┐
//                                                     │flags│ arg │ old  │ second │
//                                                     └─────┴─────┴──────┴────────┘
//   time      0-8       minus the time of the event before
//   site      0-4       zigzag, minus the site of the last event of this kind
//   size      0-8
//   [second]  0-8
//   [old]     1-8       zigzag of turned address, minus the address used last; 0 bytes: NULL
//   [arg]     4
//   [flags]   1
//   address   0-8       zigzag of turned address, minus the expected one
//
// Length codes of three bits stand for 0, 1, 2, 3, 4, 5, 6, 8 bytes, those of two for 0, 1, 2, 4.
// Code ThreadSwitch is no event: the thread number (4 bytes) of the events that follow. Nor is code Escape with the kind StackPrefix: the
// size code says how many bytes follow, the zigzag of the next event's call stack minus the last one.

/// <summary>The numbers that encoder and decoder of events share.</summary>
internal static class EventEncoding
{
    /// <summary>More than any event takes: 2 + 1 + 1 + 8 + 4 + 8 + 8 + 8 + 4 + 1 + 8, a thread switch of 6 and a stack of 8; stores may reach 8 bytes further.</summary>
    public const int MaxEventBytes = 80;

    public const int ThreadSwitch = 31;
    public const int Escape = 30;
    public const int CodeMask = 31;

    /// <summary>Stands where an escaped event has its kind; readers of before take it for damage.</summary>
    public const int StackPrefix = 32;

    public const int SiteShift = 5;
    public const int TimeShift = 7;
    public const int SizeShift = 10;
    public const int AddressShift = 13;

    public const int OldShift = 3;
    public const int ArgumentBit = 0x40;
    public const int FlagsBit = 0x80;

    /// <summary>The kinds that nearly always have something to say in the extension; the others are escaped when they do.</summary>
    private const uint ExtendedKinds = 1u << (int)TraceEventKind.Calloc | 1u << (int)TraceEventKind.Realloc | 1u << (int)TraceEventKind.Memalign
        | 1u << (int)TraceEventKind.PosixMemalign | 1u << (int)TraceEventKind.Mallopt | 1u << (int)TraceEventKind.Mmap
        | 1u << (int)TraceEventKind.Mremap | 1u << (int)TraceEventKind.Madvise | 1u << (int)TraceEventKind.Write
        | 1u << (int)TraceEventKind.Read | 1u << (int)TraceEventKind.ThreadStart | 1u << (int)TraceEventKind.ThreadJoin
        | 1u << (int)TraceEventKind.Snapshot;

    private const uint AllocatingKinds = 1u << (int)TraceEventKind.Malloc | 1u << (int)TraceEventKind.Calloc | 1u << (int)TraceEventKind.Realloc
        | 1u << (int)TraceEventKind.Memalign | 1u << (int)TraceEventKind.PosixMemalign | 1u << (int)TraceEventKind.Mmap;

    public static bool IsExtended(int kind) => (ExtendedKinds >> kind & 1) != 0;

    public static bool Allocates(int kind) => (AllocatingKinds >> kind & 1) != 0;

    /// <summary>The three-bit code for a number: the bytes that it needs, 7 standing for 8.</summary>
    public static int LengthCode(ulong value)
    {
        int bytes = 71 - BitOperations.LeadingZeroCount(value) >> 3;
        return bytes - (bytes >> 3);
    }

    public static int Length(int code) => code + (code + 1 >> 3);

    /// <summary>The two-bit code for a number: the bytes that it needs, 3 standing for 4.</summary>
    public static int ShortLengthCode(uint value)
    {
        int bytes = 39 - BitOperations.LeadingZeroCount(value) >> 3;
        return bytes - (bytes >> 2);
    }

    public static int ShortLength(int code) => code + (code + 1 >> 2);

    /// <summary>
    /// The way from one address to another as a small number. Addresses are multiples of 16 nearly always: they are turned right
    /// by 4 bits, so that the bits that carry nothing come to lie at the top.
    /// </summary>
    public static ulong AddressDifference(ulong from, ulong to)
        => ZigZag((long)(BitOperations.RotateRight(to, 4) - BitOperations.RotateRight(from, 4)));

    public static ulong AddressAfter(ulong from, ulong difference)
        => BitOperations.RotateLeft(BitOperations.RotateRight(from, 4) + (ulong)UnZigZag(difference), 4);

    /// <summary>Signed numbers near zero as unsigned ones near zero: 0, -1, 1, -2 … as 0, 1, 2, 3 …</summary>
    public static ulong ZigZag(long value) => (ulong)(value << 1 ^ value >> 63);

    public static long UnZigZag(ulong value) => (long)(value >> 1 ^ 0 - (value & 1));

    public static uint ZigZag(int value) => (uint)(value << 1 ^ value >> 31);

    public static int UnZigZag(uint value) => (int)(value >> 1 ^ 0 - (value & 1));
}
