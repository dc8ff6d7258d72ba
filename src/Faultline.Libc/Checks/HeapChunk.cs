namespace Faultline.Libc;

/// <summary>What a chunk of a heap is to the program and the allocator.</summary>
public enum ChunkKind
{
    /// <summary>Handed out to the program.</summary>
    Live,

    /// <summary>A thread's cache structure: handed out by the allocator to itself.</summary>
    CacheStructure,

    /// <summary>Free, in a thread's cache.</summary>
    Cached,

    /// <summary>Free, in a fastbin.</summary>
    Fast,

    /// <summary>Free, in the unsorted list, a small or a large bin.</summary>
    Binned,

    /// <summary>What an arena can still cut chunks from.</summary>
    Top,

    /// <summary>16 bytes that close a part of an arena.</summary>
    Fence,
}

/// <summary>One chunk of a heap: address of the chunk (16 below the user pointer) and size in bytes, header included.</summary>
public readonly record struct HeapChunk(ulong Address, ulong Size, ChunkKind Kind)
{
    /// <summary>What malloc answered for it.</summary>
    public ulong Pointer => Address + ChunkLayout.HeaderSize;
}
