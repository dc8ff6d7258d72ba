namespace Faultline.Libc;

/// <summary>One arena at one moment. Bytes; the main arena has no heaps.</summary>
/// <param name="Number">0 is the main arena, the others in order of creation.</param>
/// <param name="AttachedThreads">Threads that allocate from it.</param>
/// <param name="SystemMemory">What it has from the kernel now.</param>
/// <param name="MaximumSystemMemory">The most it had.</param>
/// <param name="Heaps">Oldest first.</param>
public sealed record ArenaView(
    int Number, ulong AttachedThreads, ulong SystemMemory, ulong MaximumSystemMemory, IReadOnlyList<HeapView> Heaps);

/// <summary>One heap of a secondary arena: address, bytes in use, bytes made writable so far.</summary>
public readonly record struct HeapView(ulong Address, ulong Size, ulong WritableSize);

/// <summary>Where a block lies: the number of its arena (-1: a mapping of its own) and of the heap in it (0 is the oldest).</summary>
public readonly record struct BlockPlace(int Arena, int Heap);
