using System.Runtime.InteropServices;
using Faultline.Kernel;
using Faultline.Shim.Host;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Observers;

/// <summary>
/// /proc/self/pagemap (Documentation/admin-guide/mm/pagemap.rst): one 64-bit word a page, also where nothing is mapped.
/// <code>
///   63       62       61              56                     54..0
///   present  swapped  file or shared  mapped only here       frame number (0 without privileges)
/// </code>
/// The page of zeros is no page of this mapping, so it is present and neither "file" nor "mapped only here". So is a
/// page shared with a forked child, which .NET's own process start does not leave behind.
/// </summary>
internal sealed unsafe class PagemapObserver : TouchObserver
{
    private const ulong Present = 1UL << 63;
    private const ulong Swapped = 1UL << 62;
    private const ulong FileOrShared = 1UL << 61;
    private const ulong MappedOnlyHere = 1UL << 56;
    private const int WordsPerRead = 8192;

    private readonly int _descriptor;
    private ulong* _words = (ulong*)NativeMemory.Alloc(WordsPerRead, sizeof(ulong));

    private PagemapObserver(int descriptor) => _descriptor = descriptor;

    public override ObserverKind Kind => ObserverKind.Pagemap;

    /// <summary>Null with the reason when the host has no readable pagemap.</summary>
    public static PagemapObserver? TryCreate(out string reason)
    {
        int descriptor = HostCalls.OpenForReading("/proc/self/pagemap\0"u8);
        reason = descriptor < 0 ? "/proc/self/pagemap cannot be opened" : "";
        return descriptor < 0 ? null : new PagemapObserver(descriptor);
    }

    public override int Scan(ulong start, ulong end, out ulong next)
    {
        int count = 0;
        for (next = start; next < end;)
        {
            int words = (int)Math.Min((end - next) >> PageSize.Shift, WordsPerRead);
            nint bytes = (nint)words * sizeof(ulong);
            if (HostCalls.pread(_descriptor, _words, (nuint)bytes, (long)(next >> PageSize.Shift) * sizeof(ulong)) != bytes)
                throw Failure("read of /proc/self/pagemap", start, end);
            for (int i = 0; i < words; i++, next += PageSize.Bytes)
            {
                ulong word = _words[i];
                if ((word & (Present | Swapped)) == 0)
                    continue;
                bool written = (word & (Swapped | FileOrShared | MappedOnlyHere)) != 0;
                if (!Append(ref count, next, written))
                    return count;
            }
        }

        return count;
    }

    public override void Dispose()
    {
        HostCalls.close(_descriptor);
        NativeMemory.Free(_words);
        _words = null;
        base.Dispose();
    }
}
