// What a processor keeps of the page tables: here a direct-mapped cache, so that an access to a present page costs no walk.
//
//   entry   page address (bits 63…12) │ 0 │ W │ 1          0 = empty

using System.Runtime.CompilerServices;

namespace Faultline.Kernel;

/// <summary>
/// Translations that the page tables grant. May know less than they, never more. A struct over entries outside the GC heap: a hit is what most
/// accesses are, and costs two dependent loads.
/// </summary>
internal readonly unsafe struct SoftwareTlb
{
    /// <summary>Entries.</summary>
    public const int Size = 1024;

    private const int FlushAllAbove = 128;
    private const ulong Valid = 1;
    private const ulong Writable = 2;

    /// <summary>A clean page may not be written through the TLB: the first store has to set the entry's dirty bit.</summary>
    private const int DirtyToWritable = 5;

    private static readonly ulong[] s_none = GC.AllocateArray<ulong>(Size, pinned: true);

    private readonly ulong* _start;

    /// <summary>Over <see cref="Size"/> entries that are zero. With modelled buffers it grants nothing itself, so that every access comes by them.</summary>
    public SoftwareTlb(ProcessTlb? hardware, ulong* entries)
    {
        Hardware = hardware;
        _start = entries;
    }

    /// <summary>Grants nothing: what a process has that has exited; the counts of its translations stay.</summary>
    public static SoftwareTlb OfNobody(ProcessTlb? hardware) => new(hardware, (ulong*)Unsafe.AsPointer(ref s_none[0]));

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
        if (!BeginInvalidation(start, end))
            InvalidateEntries(start, end);
    }

    /// <summary>The same in parts: true if nothing more is to be done, else <see cref="InvalidateEntries"/> for each part under which there is a table.</summary>
    public bool BeginInvalidation(ulong start, ulong end)
    {
        Hardware?.Invalidate(start, end);
        if ((end - start) >> PageSize.Shift <= FlushAllAbove)
            return false;
        Entries.Clear();
        return true;
    }

    public void InvalidateEntries(ulong start, ulong end)
    {
        for (ulong page = start; page < end; page += PageSize.Bytes)
            if ((At(page) & ~PageSize.Mask) == page)
                At(page) = 0;
    }

    public void Flush()
    {
        Hardware?.Flush();
        Entries.Clear();
    }

    /// <summary>Every cached grant, for checks: page address and whether it may be written.</summary>
    public IEnumerable<(ulong Page, bool Writable)> Grants() =>
        Entries.ToArray().Where(entry => entry != 0).Select(entry => (entry & ~PageSize.Mask, (entry & Writable) != 0));

    private Span<ulong> Entries => new(_start, Size);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref ulong At(ulong page) =>
        ref _start[(page >> PageSize.Shift) & (Size - 1)];
}
