using System.Runtime.InteropServices;

namespace Faultline.Kernel.Host;

/// <summary>
/// A range of real, private, zero-filled memory that costs nothing until it is touched: what the model keeps its
/// big tables in, so that they are neither on the GC heap nor paid for while idle. Size in bytes, page aligned.
/// Throws <see cref="OutOfMemoryException"/> where the host refuses the reservation.
/// </summary>
/// <remarks>
/// A host that accounts for every private writable page in advance (vm.overcommit_memory = 2, RLIMIT_DATA) refuses large ones.
/// There a sparse file in memory serves, which is accounted for page by page as it is touched; a touch costs somewhat more.
/// </remarks>
public sealed unsafe class ReservedMemory : IDisposable
{
    private const int ProtReadWrite = 3;
    private const int MapPrivateAnonymousNoReserve = 0x02 | 0x20 | 0x4000;
    private const int MapSharedNoReserve = 0x01 | 0x4000;
    private const uint CloseOnExec = 1;
    private const int MadviseDontNeed = 4;
    private const int MadviseRemove = 9;
    private const int MadviseDontDump = 16;
    private const int MadvisePopulateWrite = 23;

    private static readonly void* Failed = (void*)-1;

    private readonly bool _isFile;
    private void* _start;

    public ReservedMemory(ulong length)
    {
        Length = PageSize.Up(length);
        void* start = mmap(null, (nuint)Length, ProtReadWrite, MapPrivateAnonymousNoReserve, -1, 0);
        if (start == Failed)
        {
            start = MapFile(Length);
            _isFile = true;
        }

        if (start == Failed)
            throw new OutOfMemoryException($"the host refused to reserve {Length} bytes of address space (errno {Marshal.GetLastSystemError()})");
        _start = start;
        madvise(_start, (nuint)Length, MadviseDontDump);
    }

    public ulong Length { get; }

    public byte* Start => (byte*)_start;

    /// <summary>Gives the frames of a page-aligned part back; it reads as zeros again.</summary>
    public void Discard(ulong offset, ulong length) => madvise(Start + offset, (nuint)length, _isFile ? MadviseRemove : MadviseDontNeed);

    /// <summary>
    /// Touches a page-aligned part ahead of its use in one system call, which costs a fraction of a fault a page. Hosts that do
    /// not know how (Linux before 5.14) fault later instead.
    /// </summary>
    public static void Populate(void* start, ulong length) => madvise(start, (nuint)length, MadvisePopulateWrite);

    public void Dispose()
    {
        if (_start == null)
            return;
        munmap(_start, (nuint)Length);
        _start = null;
        GC.SuppressFinalize(this);
    }

    ~ReservedMemory() => Dispose();

    private static void* MapFile(ulong length)
    {
        int descriptor = memfd_create("faultline-table", CloseOnExec);
        if (descriptor < 0)
            return Failed;
        void* start = ftruncate(descriptor, (long)length) == 0
            ? mmap(null, (nuint)length, ProtReadWrite, MapSharedNoReserve, descriptor, 0)
            : Failed;
        close(descriptor);
        return start;
    }

    [DllImport("libc")]
    private static extern int memfd_create(string name, uint flags);

    [DllImport("libc")]
    private static extern int ftruncate(int descriptor, long length);

    [DllImport("libc")]
    private static extern int close(int descriptor);

    [DllImport("libc", SetLastError = true)]
    private static extern void* mmap(void* address, nuint length, int protection, int flags, int descriptor, nint offset);

    [DllImport("libc")]
    private static extern int munmap(void* address, nuint length);

    [DllImport("libc")]
    private static extern int madvise(void* address, nuint length, int advice);
}
