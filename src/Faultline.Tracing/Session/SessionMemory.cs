using System.Runtime.InteropServices;

namespace Faultline.Tracing.Session;

/// <summary>The few system calls that a session and a recording need. Linux only; errors are answered as the calls do, with errno beside.</summary>
internal static unsafe partial class SessionMemory
{
    public const uint CloseOnExec = 1;
    public const int OpenReadWriteCloseOnExec = 0x80002;
    public const int SeekEnd = 2;
    public const int SeekData = 3;
    public const int SeekHole = 4;
    public static readonly nint MapFailed = -1;

    private const int ProtReadWrite = 3;
    private const int MapSharedNoReserve = 0x01 | 0x4000;
    private const int MadviseDontDump = 16;

    /// <summary>Maps some bytes of a descriptor, shared; <see cref="MapFailed"/> when refused.</summary>
    public static nint Map(int descriptor, long length, long offset = 0)
    {
        nint start = mmap(0, (nuint)length, ProtReadWrite, MapSharedNoReserve, descriptor, (nint)offset);
        if (start != MapFailed)
            madvise(start, (nuint)length, MadviseDontDump);
        return start;
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int memfd_create(string name, uint flags);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int open(string path, int flags);

    [LibraryImport("libc")]
    public static partial int close(int descriptor);

    [LibraryImport("libc")]
    public static partial int ftruncate(int descriptor, long length);

    [LibraryImport("libc")]
    public static partial long lseek(int descriptor, long offset, int whence);

    [LibraryImport("libc")]
    public static partial nint pread(int descriptor, void* buffer, nuint count, long offset);

    [LibraryImport("libc")]
    public static partial int munmap(nint start, nuint length);

    [LibraryImport("libc")]
    public static partial int kill(int process, int signal);

    [LibraryImport("libc")]
    public static partial int usleep(uint microseconds);

    [LibraryImport("libc")]
    private static partial nint mmap(nint address, nuint length, int protection, int flags, int descriptor, nint offset);

    [LibraryImport("libc")]
    private static partial int madvise(nint start, nuint length, int advice);
}
