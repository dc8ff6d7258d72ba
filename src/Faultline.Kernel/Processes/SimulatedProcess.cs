namespace Faultline.Kernel;

/// <summary>
/// A process as an allocator sees it when there is no real memory behind it: accesses fault, and contents do not exist. A struct,
/// so that the allocator is specialised for it.
/// </summary>
public readonly struct SimulatedProcess(Process process) : ISystemCalls, IMemoryAccess
{
    public static bool SeesEveryStore => false;

    public Process Process { get; } = process;

    public VirtualAddress CurrentBreak => Process.CurrentBreak;

    public VirtualAddress Brk(VirtualAddress newBreak) => Process.Brk(newBreak);

    public SystemCallResult Mmap(VirtualAddress hint, ulong length, Protection protection, MapFlags flags) => Process.Mmap(hint, length, protection, flags);

    public SystemCallResult Munmap(VirtualAddress start, ulong length) => Process.Munmap(start, length);

    public SystemCallResult Mremap(VirtualAddress start, ulong oldLength, ulong newLength, bool mayMove) => Process.Mremap(start, oldLength, newLength, mayMove);

    public SystemCallResult Mprotect(VirtualAddress start, ulong length, Protection protection) => Process.Mprotect(start, length, protection);

    public SystemCallResult Madvise(VirtualAddress start, ulong length, Advice advice) => Process.Madvise(start, length, advice);

    public void Access(VirtualAddress address, AccessKind kind) => Process.Access(address, kind);

    /// <summary>A memset of zeros: write accesses only.</summary>
    public void Clear(VirtualAddress start, ulong length) => Process.AccessRange(start, length, AccessKind.Write);

    /// <summary>A memset: write accesses only.</summary>
    public void Fill(VirtualAddress start, ulong length, byte value) => Process.AccessRange(start, length, AccessKind.Write);

    /// <summary>A memcpy: read accesses of the source, then write accesses of the destination.</summary>
    public void Copy(VirtualAddress destination, VirtualAddress source, ulong length)
    {
        Process.AccessRange(source, length, AccessKind.Read);
        Process.AccessRange(destination, length, AccessKind.Write);
    }
}
