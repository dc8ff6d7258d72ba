namespace Faultline.Kernel;

/// <summary>
/// What a process can ask of the kernel. Implementations are structs, so that an allocator over them is
/// specialised at compile time and no call goes through an interface.
/// </summary>
public interface ISystemCalls
{
    /// <summary>brk(2). Moves the program break; answers the break that is now in force (the old one when refused).</summary>
    VirtualAddress Brk(VirtualAddress newBreak);

    /// <summary>The current program break, as the C library remembers it: no system call.</summary>
    VirtualAddress CurrentBreak { get; }

    /// <summary>mmap(2), anonymous. Length is rounded up to pages. Fails with ENOMEM or EINVAL.</summary>
    SystemCallResult Mmap(VirtualAddress hint, ulong length, Protection protection, MapFlags flags);

    /// <summary>munmap(2), also of the middle of a mapping. Fails with EINVAL.</summary>
    SystemCallResult Munmap(VirtualAddress start, ulong length);

    /// <summary>mremap(2) with MREMAP_MAYMOVE when <paramref name="mayMove"/>. Moves page states with the pages.</summary>
    SystemCallResult Mremap(VirtualAddress start, ulong oldLength, ulong newLength, bool mayMove);

    /// <summary>mprotect(2).</summary>
    SystemCallResult Mprotect(VirtualAddress start, ulong length, Protection protection);

    /// <summary>madvise(2).</summary>
    SystemCallResult Madvise(VirtualAddress start, ulong length, Advice advice);
}

/// <summary>
/// What a process does to memory without asking: loads and stores, which the MMU turns into page faults. The
/// allocator calls these for every header access that may reach a page that is not present.
/// </summary>
public interface IMemoryAccess
{
    /// <summary>
    /// The allocator is to report each store to its metadata, also to pages that were written before. False where the process never forks: then
    /// such a store takes no fault. A constant of the implementing type, so that it costs nothing where it is false.
    /// </summary>
    static abstract bool SeesEveryStore { get; }

    /// <summary>One load or store that stays within one page.</summary>
    void Access(VirtualAddress address, AccessKind kind);

    /// <summary>A store of zeros to every byte of the range (memset): contents and page faults.</summary>
    void Clear(VirtualAddress start, ulong length);

    /// <summary>A store of one value to every byte of the range (memset): contents and page faults. Only with M_PERTURB set.</summary>
    void Fill(VirtualAddress start, ulong length, byte value);

    /// <summary>A copy between ranges that do not overlap (memcpy): reads of the source, then writes of the destination; contents and page faults.</summary>
    void Copy(VirtualAddress destination, VirtualAddress source, ulong length);
}

public enum AccessKind
{
    Read,
    Write,
}

/// <summary>PROT_* bits of mmap(2).</summary>
[Flags]
public enum Protection
{
    None = 0,
    Read = 1,
    Write = 2,
    Execute = 4,
    ReadWrite = Read | Write,
}

/// <summary>MAP_* bits of mmap(2), Linux x86-64 values. MAP_ANONYMOUS is implied where no file is given.</summary>
[Flags]
public enum MapFlags
{
    None = 0,
    Shared = 0x01,
    Private = 0x02,
    Fixed = 0x10,
    NoReserve = 0x4000,
    Populate = 0x8000,
    Stack = 0x20000,
    FixedNoReplace = 0x100000,
}

/// <summary>MADV_* values of madvise(2).</summary>
public enum Advice
{
    Normal = 0,
    Random = 1,
    Sequential = 2,
    WillNeed = 3,
    DontNeed = 4,
    Free = 8,
    HugePage = 14,
    NoHugePage = 15,
    Cold = 20,
    PageOut = 21,
    PopulateRead = 22,
    PopulateWrite = 23,
}

/// <summary>errno values that the model's system calls answer with.</summary>
public enum Errno
{
    None = 0,
    EPERM = 1,
    ENOENT = 2,
    EBADF = 9,
    EAGAIN = 11,
    ENOMEM = 12,
    EACCES = 13,
    EFAULT = 14,
    EBUSY = 16,
    EEXIST = 17,
    EINVAL = 22,
    EOVERFLOW = 75,
}

/// <summary>The value in rax after a system call: an address or count, or a negated errno in [-4095, -1].</summary>
public readonly record struct SystemCallResult(long Raw)
{
    public bool Failed => (ulong)Raw > unchecked((ulong)-4096L);

    public Errno Error => Failed ? (Errno)(-Raw) : Errno.None;

    /// <summary>The address answered; only meaningful when not <see cref="Failed"/>.</summary>
    public VirtualAddress Address => new((ulong)Raw);

    public static SystemCallResult Success(VirtualAddress address) => new((long)address.Value);

    public static SystemCallResult Success() => new(0);

    public static SystemCallResult Failure(Errno error) => new(-(long)error);
}
