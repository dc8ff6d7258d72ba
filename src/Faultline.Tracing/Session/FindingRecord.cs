using System.Runtime.InteropServices;

namespace Faultline.Tracing.Session;

/// <summary>What a program did wrong with native memory, as the shim saw it.</summary>
public enum FindingKind : uint
{
    None = 0,
    DoubleFree = 1,

    /// <summary>The freed or reallocated pointer lies inside a live block.</summary>
    FreeOfInteriorPointer = 2,

    /// <summary>The pointer lies in the arena, but in no block that was ever handed out there.</summary>
    FreeOfUnknownPointer = 3,

    /// <summary>The guard bytes after a block were overwritten.</summary>
    WritePastEnd = 4,

    /// <summary>The allocator's link words in a freed block were overwritten.</summary>
    WriteAfterFree = 5,

    /// <summary>A page became present in a range that no live block covers: touched after free, or past a mapped block's end.</summary>
    TouchOfFreedPage = 6,

    /// <summary>Realloc of a pointer that had been freed.</summary>
    ReallocAfterFree = 7,

    /// <summary>Freed by another family's function: fine with glibc, fatal elsewhere.</summary>
    FamilyMismatch = 8,

    /// <summary>The simulated machine ran out of frames: Linux would have reclaimed, swapped or killed.</summary>
    OutOfFrames = 9,

    /// <summary>Faultline itself failed in the program and stepped aside; a note has the text.</summary>
    Internal = 10,
}

/// <summary>One finding; equal ones (kind and sites) are folded and counted. Sites are site ids, 0 unknown.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 8)]
public struct FindingRecord
{
    public const int Size = 64;

    public FindingKind Kind;
    public uint AllocationSite;
    public uint ReleaseSite;
    public uint DetectionSite;
    public ulong Occurrences;

    /// <summary>The pointer or page concerned, at its first occurrence.</summary>
    public ulong Address;

    /// <summary>Start of the block concerned (0 if there is none) and its requested bytes.</summary>
    public ulong BlockAddress;
    public ulong BlockBytes;

    /// <summary>Bytes or pages concerned: distance into the block, length of the overwritten guard, pages.</summary>
    public ulong Amount;
    private ulong _reserved;
}
