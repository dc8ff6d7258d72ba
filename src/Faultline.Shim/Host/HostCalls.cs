using System.Runtime.InteropServices;

namespace Faultline.Shim.Host;

/// <summary>
/// The real kernel, as the shim uses it. Blittable declarations only, so that a call costs no marshalling and allocates
/// nothing; errors are answered as the calls do, errno by Marshal.GetLastSystemError right after.
/// </summary>
internal static unsafe class HostCalls
{
    public const int ProtNone = 0;
    public const int ProtReadWrite = 3;
    public const int MapPrivateAnonymous = 0x02 | 0x20;
    public const int MapFixed = 0x10;
    public const int MapNoReserve = 0x4000;
    public const int MapFixedNoReplace = 0x100000;
    public const int MremapMayMove = 1;
    public const int MremapFixed = 2;
    public const int MremapDontUnmap = 4;
    public const int AdviseDontNeed = 4;
    public const int AdviseNoHugePage = 15;
    public const int AdviseDontDump = 16;
    public const int AdvisePopulateRead = 22;
    public const int AdvisePopulateWrite = 23;
    public const int OpenReadOnlyCloseOnExec = 0x80000;
    public const int ErrnoEnoent = 2;
    public const int ErrnoEintr = 4;

    /// <summary>What mmap and mremap answer on failure.</summary>
    public static readonly void* Failed = (void*)-1;

    [DllImport("libc")]
    public static extern void* mmap(void* address, nuint length, int protection, int flags, int descriptor, nint offset);

    [DllImport("libc")]
    public static extern int munmap(void* address, nuint length);

    [DllImport("libc")]
    public static extern int mprotect(void* address, nuint length, int protection);

    [DllImport("libc")]
    public static extern int madvise(void* address, nuint length, int advice);

    /// <summary>mremap(2) with its optional last argument; on x86-64 a variadic call passes it as any other.</summary>
    [DllImport("libc")]
    public static extern void* mremap(void* address, nuint oldLength, nuint newLength, int flags, void* newAddress);

    [DllImport("libc")]
    public static extern int mincore(void* address, nuint length, byte* vector);

    [DllImport("libc")]
    public static extern int open(byte* path, int flags);

    [DllImport("libc")]
    public static extern int close(int descriptor);

    [DllImport("libc")]
    public static extern nint pread(int descriptor, void* buffer, nuint count, long offset);

    [DllImport("libc")]
    public static extern int ioctl(int descriptor, nuint request, void* argument);

    [DllImport("libc")]
    public static extern int getrusage(int who, long* usage);

    [DllImport("libc")]
    public static extern int unsetenv(byte* name);

    /// <summary>The kernel's number of the calling thread; the process's own for the thread that it started with.</summary>
    [DllImport("libc")]
    public static extern int gettid();

    /// <summary>Opens a file for reading; a negative number when refused.</summary>
    public static int OpenForReading(ReadOnlySpan<byte> zeroTerminatedPath)
    {
        fixed (byte* path = zeroTerminatedPath)
            return open(path, OpenReadOnlyCloseOnExec);
    }
}
