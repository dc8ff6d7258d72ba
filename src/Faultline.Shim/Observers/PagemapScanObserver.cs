using System.Runtime.CompilerServices;
using Faultline.Shim.Host;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Observers;

/// <summary>
/// The PAGEMAP_SCAN ioctl of Linux 6.7 and newer (fs/proc/task_mmu.c; Documentation/admin-guide/mm/pagemap.rst): walks
/// only the populated parts of the page tables and tells the page of zeros apart.
/// </summary>
internal sealed unsafe class PagemapScanObserver : TouchObserver
{
    private const uint PagemapScan = 0xC0606610;
    private const ulong CategoryPresent = 1 << 3;
    private const ulong CategorySwapped = 1 << 4;
    private const ulong CategoryZeroPage = 1 << 5;

    private readonly int _descriptor;

    private PagemapScanObserver(int descriptor) => _descriptor = descriptor;

    public override ObserverKind Kind => ObserverKind.PagemapScan;

    /// <summary>Null with the reason when the host has no readable pagemap.</summary>
    public static PagemapScanObserver? TryCreate(out string reason)
    {
        int descriptor = HostCalls.OpenForReading("/proc/self/pagemap\0"u8);
        reason = descriptor < 0 ? "/proc/self/pagemap cannot be opened" : "";
        return descriptor < 0 ? null : new PagemapScanObserver(descriptor);
    }

    /// <inheritdoc/>
    /// <remarks>The regions' room on the stack is not cleared first: for the few pages that a scan mostly is about, that would be a good part of its time.</remarks>
    [SkipLocalsInit]
    public override int Scan(ulong start, ulong end, out ulong next)
    {
        Region* regions = stackalloc Region[Capacity];
        var argument = new Argument
        {
            Size = (ulong)sizeof(Argument),
            Start = start,
            End = end,
            Vector = regions,
            VectorLength = Capacity,
            CategoryAnyOf = CategoryPresent | CategorySwapped,
            Return = CategoryPresent | CategorySwapped | CategoryZeroPage,
        };
        int found = HostCalls.ioctl(_descriptor, PagemapScan, &argument);
        if (found < 0)
            throw Failure("PAGEMAP_SCAN", start, end);
        for (int i = 0; i < found; i++)
            Ranges[i] = new TouchedRange
            {
                Start = regions[i].Start,
                End = regions[i].End,
                Written = (regions[i].Categories & CategoryZeroPage) == 0,
            };
        // The kernel's own walk_end is stale after a long scan. A vector that is not full means that the scan is complete.
        next = found < Capacity ? end : regions[found - 1].End;
        return found;
    }

    public override void Dispose()
    {
        HostCalls.close(_descriptor);
        base.Dispose();
    }

    /// <summary>struct page_region.</summary>
    private readonly record struct Region(ulong Start, ulong End, ulong Categories);

    /// <summary>struct pm_scan_arg, 96 bytes.</summary>
    private struct Argument
    {
        public ulong Size;
        public ulong Flags;
        public ulong Start;
        public ulong End;
        public ulong WalkEnd;
        public Region* Vector;
        public ulong VectorLength;
        public ulong MaxPages;
        public ulong CategoryInverted;
        public ulong CategoryMask;
        public ulong CategoryAnyOf;
        public ulong Return;
    }
}
