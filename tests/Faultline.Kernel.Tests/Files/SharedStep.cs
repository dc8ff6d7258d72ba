namespace Faultline.Kernel.Tests;

internal enum SharedStepKind
{
    Read,
    Write,
    MapShared,
    MapPrivate,
    MapAnonymous,
    Unmap,
    DontNeed,
    Sync,
    DropCaches,
    Truncate,
    Fork,
    Exit,
    Protect,
    Move,
    ReadFile,
    Evict,
}

internal readonly record struct SharedStep(SharedStepKind Kind, int Process, int File, int Page, int Index, int Pages, int Bits);
