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
    public ulong Fork;
    public ulong Failed;

    public readonly ulong Total => Brk + Mmap + Munmap + Mremap + Mprotect + Madvise + Mincore + Fork;
}
