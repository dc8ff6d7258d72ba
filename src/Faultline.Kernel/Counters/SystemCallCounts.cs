namespace Faultline.Kernel;

/// <summary>How often a process made each system call, failed ones included.</summary>
public struct SystemCallCounts
{
    public ulong Brk;
    public ulong Mmap;
    public ulong Munmap;
    public ulong Mremap;
    public ulong Mprotect;
    public ulong Madvise;
    public ulong Mincore;
    public ulong Msync;
    public ulong Read;
    public ulong Write;
    public ulong Fadvise;
    public ulong Fsync;
    public ulong Fork;
    public ulong Clone;
    public ulong Mlock;
    public ulong Munlock;
    public ulong Failed;

    public readonly ulong Total => Brk + Mmap + Munmap + Mremap + Mprotect + Madvise + Mincore + Msync + Read + Write + Fadvise + Fsync + Fork + Clone + Mlock + Munlock;
}
