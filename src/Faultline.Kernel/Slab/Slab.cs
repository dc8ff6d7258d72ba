// One slab: 2^order page frames cut into objects of one cache (struct slab, mm/slab.h, 6.18). Linux links the free objects through
// their own memory; the model has no contents, so the links are the numbers of objects, from 1, in an array behind this record.
//
//   record 56 bytes │ link 1 │ link 2 │ … │ link n │      a link: number of the next free object, End, or InUse
//
// The head frame of a slab points to its record (Frame.Table) and carries FrameFlags.Slab.

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Faultline.Kernel;

/// <summary>Where a slab hangs.</summary>
internal enum SlabPlace : byte
{
    /// <summary>On no list: nothing in it is free, or its free objects are about to be handed out.</summary>
    None,

    /// <summary>The slab that a processor takes from: its free objects are the processor's.</summary>
    Cpu,

    /// <summary>On a processor's partial list.</summary>
    CpuPartial,

    /// <summary>On the node's partial list.</summary>
    NodePartial,
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Slab
{
    /// <summary>End of a free list.</summary>
    public const ushort End = 0;

    /// <summary>The link of an object that is not free.</summary>
    public const ushort InUse = ushort.MaxValue;

    public Slab* Next;
    public Slab* Previous;

    /// <summary>All slabs of the cache, for checks and for giving everything back.</summary>
    public Slab* NextOfCache;
    public Slab* PreviousOfCache;

    public uint Pfn;

    /// <summary>On a processor's partial list: slabs from here to its end.</summary>
    public int ListLength;
    public ushort Objects;

    /// <summary>Objects not on <see cref="FirstFree"/>'s list: for a processor's slab also those on the processor's own list.</summary>
    public ushort Taken;
    public ushort FirstFree;
    public byte Order;
    public SlabPlace Place;

    /// <summary>The links of a record, to be indexed from 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort* Links(Slab* slab) => (ushort*)(slab + 1) - 1;

    public static uint RecordBytes(int objects) => (uint)(sizeof(Slab) + objects * sizeof(ushort) + 7) & ~7u;

    /// <summary>All objects free, the first one first.</summary>
    public static void LinkAll(Slab* slab)
    {
        ushort* links = Links(slab);
        for (int number = 1; number < slab->Objects; number++)
            links[number] = (ushort)(number + 1);
        links[slab->Objects] = End;
        slab->FirstFree = 1;
    }

    /// <summary>How many objects are on a free list; throws <see cref="InvalidOperationException"/> if it runs in a circle or into an object in use.</summary>
    public static int CountFree(Slab* slab, ushort first)
    {
        int count = 0;
        for (ushort number = first; number != End; number = Links(slab)[number], count++)
            if (number > slab->Objects || count >= slab->Objects)
                throw new InvalidOperationException($"the free list of the slab at frame {slab->Pfn} leads to object {number} after {count} of {slab->Objects}");
        return count;
    }
}
