// One virtual memory area: a run of pages of one process with the same attributes (include/linux/mm_types.h, mm/vma.c, 6.18).

namespace Faultline.Kernel;

/// <summary>VM_* attributes of an area. Two neighbours can only be one area if these are equal.</summary>
[Flags]
internal enum VmaFlags : uint
{
    None = 0,
    Read = 1,
    Write = 2,
    Execute = 4,
    AccessMask = Read | Write | Execute,

    /// <summary>Charged against the commit limit (private and writable at some time).</summary>
    Accounted = 0x10,
    NoReserve = 0x20,
    HugePage = 0x40,
    NoHugePage = 0x80,

    /// <summary>Inherited by fork together with its pages: its reverse-map chain has two links, so it no longer merges with an area that has none.</summary>
    Forked = 0x100,

    /// <summary>Stores reach the file and every process that maps it so (VM_SHARED).</summary>
    Shared = 0x200,

    /// <summary>Asked for as shared (VM_MAYSHARE): also where the file was opened for reading only, which makes the area one of private pages.</summary>
    MayShare = 0x400,

    /// <summary>Can never be made writable: a shared mapping of a file opened for reading only (without VM_MAYWRITE).</summary>
    NeverWrite = 0x800,

    /// <summary>MADV_RANDOM and MADV_SEQUENTIAL.</summary>
    RandomRead = 0x1000,
    SequentialRead = 0x2000,

    /// <summary>Grows downwards: the stack (VM_GROWSDOWN).</summary>
    GrowsDown = 0x4000,

    /// <summary>Its pages stay in memory (mlock).</summary>
    Locked = 0x8000,
}

/// <summary>
/// Half-open byte range [Start, End), page aligned. <see cref="PageOffset"/> is the page number that the first page had when
/// the area was made: it survives a move, and neighbours merge only where it continues. <see cref="AnonVma"/> is the
/// reverse map that the area's written pages hang on; null until the first private page. <see cref="File"/> is the number of the file
/// (<see cref="OpenFile"/>) that is mapped, from page <see cref="PageOffset"/> of it on; 0 for anonymous memory. <see cref="Name"/>: see <see cref="AreaNames"/>.
/// </summary>
internal unsafe struct Vma
{
    public ulong Start;
    public ulong End;
    public ulong PageOffset;
    public VmaFlags Flags;
    public uint File;
    public uint Name;

    /// <summary>What swap readahead remembers of it; does not keep neighbours apart.</summary>
    public SwapWindow SwapWindow;

    /// <summary>The kernel's record of the area: an object of cache vm_area_struct.</summary>
    public ulong Object;

    public AnonVma* AnonVma;

    /// <summary>Its links to that and to those of the processes that it was forked from; youngest first.</summary>
    public AnonVmaChain* Chain;

    public readonly ulong Pages => (End - Start) >> PageSize.Shift;

    /// <summary>True where Linux would make one area of this one and the one that follows it.</summary>
    public readonly bool ContinuesInto(in Vma next) =>
        End == next.Start && Flags == next.Flags && File == next.File && Name == next.Name && PageOffset + Pages == next.PageOffset && RootsAgree(next);

    private readonly bool RootsAgree(in Vma next) =>
        AnonVma == next.AnonVma
        || ((AnonVma == null || next.AnonVma == null) && (Flags & VmaFlags.Forked) == 0);

    /// <summary>The reverse map of an area that is about to go becomes this one's (dup_anon_vma).</summary>
    public void TakeChain(ref Vma from)
    {
        AnonVma = from.AnonVma;
        Chain = from.Chain;
        from.AnonVma = null;
        from.Chain = null;
    }

    /// <summary>The part of the area from <paramref name="address"/> on; the caller shortens the lower part.</summary>
    public readonly Vma From(ulong address)
    {
        Vma upper = this;
        upper.Start = address;
        upper.PageOffset = PageOffset + ((address - Start) >> PageSize.Shift);
        return upper;
    }

    public override readonly string ToString() => $"[0x{Start:x}, 0x{End:x}) {Flags} offset 0x{PageOffset:x} {(AnonVma == null ? "never written" : "written")} file {File}";
}
