namespace Faultline.Kernel;

/// <summary>
/// A process as an allocator sees it when there is no real memory behind it, and when it may fork: as <see cref="SimulatedProcess"/>, and each store to
/// the allocator's metadata is an access too, because after a fork it may be the first to a shared page.
/// </summary>
public readonly struct ForkingProcess(Process process) : ISystemCalls, IMemoryAccess
{
    private readonly SimulatedProcess _process = new(process);

    public static bool SeesEveryStore => true;

    public Process Process => _process.Process;

    public VirtualAddress CurrentBreak => _process.CurrentBreak;

    public VirtualAddress Brk(VirtualAddress newBreak) => _process.Brk(newBreak);

    public SystemCallResult Mmap(VirtualAddress hint, ulong length, Protection protection, MapFlags flags) => _process.Mmap(hint, length, protection, flags);

    public SystemCallResult Munmap(VirtualAddress start, ulong length) => _process.Munmap(start, length);

    public SystemCallResult Mremap(VirtualAddress start, ulong oldLength, ulong newLength, bool mayMove) => _process.Mremap(start, oldLength, newLength, mayMove);

    public SystemCallResult Mprotect(VirtualAddress start, ulong length, Protection protection) => _process.Mprotect(start, length, protection);

    public SystemCallResult Madvise(VirtualAddress start, ulong length, Advice advice) => _process.Madvise(start, length, advice);

    public void Access(VirtualAddress address, AccessKind kind) => _process.Access(address, kind);

    public void Clear(VirtualAddress start, ulong length) => _process.Clear(start, length);

    public void Fill(VirtualAddress start, ulong length, byte value) => _process.Fill(start, length, value);

    public void Copy(VirtualAddress destination, VirtualAddress source, ulong length) => _process.Copy(destination, source, length);
}
