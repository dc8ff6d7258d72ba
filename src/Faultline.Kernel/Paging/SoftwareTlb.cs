// What a processor keeps of the page tables: here a direct-mapped cache, so that an access to a present page costs no walk.
//
//   entry   page address (bits 63…12) │ 0 │ W │ 1          0 = empty

using System.Runtime.CompilerServices;

namespace Faultline.Kernel;

/// <summary>
/// Translations that the page tables grant. May know less than they, never more. A struct over pinned entries: a hit is what most
/// accesses are, and costs two dependent loads.
/// </summary>
internal readonly unsafe struct SoftwareTlb
{
    private const int Size = 1024;
    private const int FlushAllAbove = 128;
    private const ulong Valid = 1;
    private const ulong Writable = 2;

    /// <summary>A clean page may not be written through the TLB: the first store has to set the entry's dirty bit.</summary>
    private const int DirtyToWritable = 5;

    private readonly ulong[] _entries = GC.AllocateArray<ulong>(Size, pinned: true);
    private readonly ulong* _start;

    /// <summary>With modelled buffers it grants nothing itself, so that every access comes by them.</summary>
    public SoftwareTlb(ProcessTlb? hardware)
    {
        Hardware = hardware;
        _start = (ulong*)Unsafe.AsPointer(ref _entries[0]);
    }

    public ProcessTlb? Hardware { get; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Hits(ulong address, AccessKind kind)
    {
        ulong page = address & ~PageSize.Mask;
        ulong need = page | Valid | ((ulong)kind << 1);
        return (At(page) & (need | ~PageSize.Mask)) == need;
    }

    /// <summary>The right to write is only taken over from a dirty entry, so that the first store through it finds its way there and sets the bit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Fill(ulong page, ulong pte) => At(page) = page | Valid | (pte & (pte >> DirtyToWritable) & Writable);

    /// <summary>The grants for a range were taken back, wholly or in part.</summary>
    public void Invalidate(ulong start, ulong end)
    {
        Hardware?.Invalidate(start, end);
        if ((end - start) >> PageSize.Shift > FlushAllAbove)
        {
            Array.Clear(_entries);
            return;
        }

        for (ulong page = start; page < end; page += PageSize.Bytes)
            if ((At(page) & ~PageSize.Mask) == page)
                At(page) = 0;
    }

    public void Flush()
    {
        Hardware?.Flush();
        Array.Clear(_entries);
    }

    /// <summary>Every cached grant, for checks: page address and whether it may be written.</summary>
    public IEnumerable<(ulong Page, bool Writable)> Grants() =>
        _entries.Where(entry => entry != 0).Select(entry => (entry & ~PageSize.Mask, (entry & Writable) != 0));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref ulong At(ulong page) =>
        ref _start[(page >> PageSize.Shift) & (Size - 1)];
}
