using CsCheck;

namespace Faultline.Kernel.Tests;

internal enum OperationKind
{
    Access,
    AccessRange,
    Mmap,
    MmapHint,
    MmapFixed,
    Munmap,
    Brk,
    Mremap,
    Mprotect,
    DontNeed,
    Populate,
    Advise,
    Fork,
    Exit,
    Mincore,
}

/// <summary>
/// One random step: what is done, by which process, where (a page of the window or an end of something mapped), how many pages,
/// and a few random bits. A step means something in every state.
/// </summary>
internal readonly record struct Operation(OperationKind Kind, int Process, int Place, int Pages, int Bits)
{
    private static readonly Gen<OperationKind> s_kinds = Gen.Frequency(
        (6, Gen.Const(OperationKind.Access)),
        (6, Gen.Const(OperationKind.AccessRange)),
        (5, Gen.Const(OperationKind.Mmap)),
        (1, Gen.Const(OperationKind.MmapHint)),
        (2, Gen.Const(OperationKind.MmapFixed)),
        (4, Gen.Const(OperationKind.Munmap)),
        (3, Gen.Const(OperationKind.Brk)),
        (4, Gen.Const(OperationKind.Mremap)),
        (3, Gen.Const(OperationKind.Mprotect)),
        (3, Gen.Const(OperationKind.DontNeed)),
        (1, Gen.Const(OperationKind.Populate)),
        (2, Gen.Const(OperationKind.Advise)),
        (1, Gen.Const(OperationKind.Fork)),
        (1, Gen.Const(OperationKind.Exit)),
        (1, Gen.Const(OperationKind.Mincore)));

    public static readonly Gen<Operation> Generator =
        from kind in s_kinds
        from process in Gen.Int[0, 3]
        from place in Gen.Int[0, int.MaxValue]
        from pages in Gen.Frequency((5, Gen.Int[1, 20]), (3, Gen.Int[100, 700]), (2, Gen.Int[1, 3].Select(i => i * 512)))
        from bits in Gen.Int[0, int.MaxValue]
        select new Operation(kind, process, place, pages, bits);

    public AccessKind Access => (Bits & 1) == 0 ? AccessKind.Write : AccessKind.Read;

    /// <summary>Mostly read and write.</summary>
    public Protection Protection => ((Bits >> 1) & 7) switch
    {
        0 => Protection.None,
        1 or 2 => Protection.Read,
        _ => Protection.ReadWrite,
    };

    public bool Flag => (Bits & 16) != 0;
}
