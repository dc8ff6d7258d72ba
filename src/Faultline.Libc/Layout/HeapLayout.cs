namespace Faultline.Libc;

// struct heap_info of glibc 2.36 (malloc/arena.c), x86-64. A secondary arena lives in heaps: 64 MiB of reserved address
// space each, aligned to 64 MiB so that a chunk's address leads to its heap, and from there to its arena.
//
//   heap  ┌───────────────────────────────────────────────────────────┐
//    +0   │ ar_ptr          the arena                                 │
//    +8   │ prev            the arena's previous heap, 0 in the first │
//    +16  │ size            bytes in use by the arena                 │
//    +24  │ mprotect_size   bytes that were made writable so far      │
//    +32  │ pagesize, padding                                         │
//    +48  ├───────────────────────────────────────────────────────────┤
//         │ first heap only: the arena's malloc_state (2200 bytes)    │
//         ├───────────────────────────────────────────────────────────┤
//         │ chunks … top                                              │
//  +size  ├───────────────────────────────────────────────────────────┤
//         │ not in use (PROT_NONE above mprotect_size)                │
//  +64 MiB└───────────────────────────────────────────────────────────┘

/// <summary>Offsets and sizes of a secondary arena's heap, bytes.</summary>
internal static class HeapLayout
{
    public const ulong Arena = 0;
    public const ulong Previous = 8;
    public const ulong Size = 16;
    public const ulong WritableSize = 24;
    public const ulong PageSizeField = 32;
    public const ulong HeaderSize = 48;

    /// <summary>Reserved and aligned to.</summary>
    public const ulong MaximumSize = 64UL << 20;

    public const ulong MinimumSize = 32UL << 10;

    /// <summary>Where the chunks of an arena's first heap start: behind its malloc_state, so that user pointers are 16-aligned.</summary>
    public const ulong FirstChunk = (HeaderSize + ArenaLayout.Size + ChunkLayout.AlignmentMask) & ~ChunkLayout.AlignmentMask;

    public static ulong Of(ulong chunk) => chunk & ~(MaximumSize - 1);
}
