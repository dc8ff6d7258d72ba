using System.Numerics;
using System.Runtime.CompilerServices;
using Faultline.Tracing.Events;

namespace Faultline.Tracing.Binary;

/// <summary>
/// What the encoder and the decoder of one lane both remember of the events before, so that an event is written as its
/// difference from what was to be expected. Zeros at the start of a lane; carried on from block to block.
/// </summary>
/// <remarks>
/// A new block is expected where the last one of its size class was placed (a bin or the top of the heap hands out neighbours),
/// a resized block where it was, anything else at the address that was used last (blocks are written and freed soon
/// after they were made). On recorded programs that leaves one to two bytes of an address.
/// </remarks>
internal unsafe struct EventContext
{
    private const int SizeClasses = 128;
    private const int Kinds = EventEncoding.CodeMask + 1;

    public ulong Time;
    public ulong LastAddress;
    public int Thread;
    public int LastStack;
    public fixed int LastSite[Kinds];
    private fixed ulong _lastOfClass[SizeClasses];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ulong ExpectedAddress(TraceEventKind kind, ulong size, ulong oldAddress)
    {
        if (!EventEncoding.Allocates((int)kind))
            return kind == TraceEventKind.Mremap ? oldAddress : LastAddress;
        if (oldAddress != 0)
            return oldAddress;
        ulong last = _lastOfClass[SizeClass(size)];
        return last != 0 ? last : LastAddress;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Learn(TraceEventKind kind, ulong size, ulong address)
    {
        LastAddress = address;
        if (EventEncoding.Allocates((int)kind))
            _lastOfClass[SizeClass(size)] = address;
    }

    /// <summary>Classes of 16 bytes below 1 KiB as glibc's small bins are, powers of two above: 0 … 126.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int SizeClass(ulong size) => size < 1024 ? (int)((size + 8) >> 4) : 63 + BitOperations.Log2(size);
}
