using Faultline.Kernel;
using Faultline.Kernel.Host;

namespace Faultline.Libc;

/// <summary>
/// Where the allocator's metadata really lives. Chunk headers and links of the simulated range [Start, Start + Length)
/// are kept in a reservation of equal length that mirrors it one to one, so that a simulated address becomes a real one
/// by adding a constant and no store of the program can reach them. What is never written costs no memory.
/// </summary>
/// <remarks>
/// One more page behind the mirrored range holds what lies outside any heap: the main arena's malloc_state, a static
/// variable in glibc. It has simulated addresses too (just past the range), so that bin heads and chunks link to each
/// other by the same kind of address.
/// </remarks>
public sealed unsafe class ChunkShadow : IDisposable
{
    private readonly ReservedMemory _memory;

    /// <param name="start">First simulated address, a multiple of the page size.</param>
    /// <param name="length">Bytes, a multiple of the page size; 1 TiB is fine.</param>
    /// <exception cref="ArgumentException">A bound that is not page aligned.</exception>
    /// <exception cref="OutOfMemoryException">The host refuses the reservation.</exception>
    public ChunkShadow(VirtualAddress start, ulong length)
    {
        if ((start.Value & PageSize.Mask) != 0 || (length & PageSize.Mask) != 0)
            throw new ArgumentException($"a shadow covers whole pages, not [{start}, +{length})");
        _memory = new ReservedMemory(length + PageSize.Bytes);
        Start = start;
        Length = length;
        Delta = (ulong)_memory.Start - start.Value;
    }

    public VirtualAddress Start { get; }

    public ulong Length { get; }

    /// <summary>Real address of a word's shadow = simulated address + Delta, modulo 2^64.</summary>
    internal ulong Delta { get; }

    /// <summary>Simulated address of the main arena's malloc_state.</summary>
    internal ulong MainArena => Start.Value + Length;

    internal bool Covers(ulong address, ulong length) =>
        address >= Start.Value && address - Start.Value <= Length && length <= Length - (address - Start.Value);

    /// <summary>Forgets the words of a page-aligned range that the allocator gave back, if it is worth a system call.</summary>
    internal void Discard(ulong address, ulong length)
    {
        const ulong WorthASystemCall = 1UL << 20;
        if (length >= WorthASystemCall)
            _memory.Discard(address - Start.Value, length);
    }

    /// <summary>Takes over the words of a range of another shadow with the same bounds. Pages without any stay untouched.</summary>
    internal void CopyFrom(ChunkShadow other, ulong address, ulong length)
    {
        for (ulong at = address, end = address + length; at < end;)
        {
            ulong next = Math.Min(end, PageSize.Down(at) + PageSize.Bytes);
            var words = new ReadOnlySpan<byte>((void*)(at + other.Delta), (int)(next - at));
            if (words.ContainsAnyExcept((byte)0))
                words.CopyTo(new Span<byte>((void*)(at + Delta), words.Length));
            at = next;
        }
    }

    /// <summary>Makes the words of a page-aligned range present before they are written: one system call in place of a fault for each page.</summary>
    internal void Populate(ulong address, ulong length) => ReservedMemory.Populate((void*)(address + Delta), length);

    public void Dispose() => _memory.Dispose();
}
