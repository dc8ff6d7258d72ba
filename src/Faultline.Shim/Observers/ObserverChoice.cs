using System.Runtime.CompilerServices;
using Faultline.Kernel;
using Faultline.Shim.Host;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Observers;

/// <summary>
/// Chooses the touch observer by trying each on three pages of its own: one left alone, one read, one written. The first
/// that answers rightly is taken; the reason is a sentence for the report.
/// </summary>
internal static unsafe class ObserverChoice
{
    public static TouchObserver Choose(ObserverRequest request, out string reason)
    {
        if (request == ObserverRequest.Assume)
        {
            reason = "assumed, as asked for: every requested byte counts as written when its block is handed out";
            return new AssumedObserver();
        }

        string refused = "";
        foreach (ObserverKind kind in Candidates(request))
        {
            TouchObserver? observer = Try(kind, out string why);
            if (observer != null)
            {
                reason = Describe(kind) + (refused.Length > 0 ? $" ({refused})" : "");
                return observer;
            }

            refused += (refused.Length > 0 ? "; " : "") + $"{kind}: {why}";
        }

        reason = $"assumed, because this host shows nothing ({refused}): every requested byte counts as written when its block is handed out";
        return new AssumedObserver();
    }

    private static ObserverKind[] Candidates(ObserverRequest request) => request switch
    {
        ObserverRequest.PagemapScan => [ObserverKind.PagemapScan],
        ObserverRequest.Pagemap => [ObserverKind.Pagemap],
        ObserverRequest.Mincore => [ObserverKind.Mincore],
        _ => [ObserverKind.PagemapScan, ObserverKind.Pagemap, ObserverKind.Mincore],
    };

    private static string Describe(ObserverKind kind) => kind switch
    {
        ObserverKind.PagemapScan => "observed: real pages read with PAGEMAP_SCAN",
        ObserverKind.Pagemap => "observed: real pages read from /proc/self/pagemap",
        _ => "observed: real pages read with mincore, which does not tell pages that were only read from written ones",
    };

    private static TouchObserver? Try(ObserverKind kind, out string why)
    {
        why = "";
        TouchObserver? observer = kind switch
        {
            ObserverKind.PagemapScan => PagemapScanObserver.TryCreate(out why),
            ObserverKind.Pagemap => PagemapObserver.TryCreate(out why),
            _ => new MincoreObserver(),
        };
        if (observer == null)
            return null;
        try
        {
            if (SeesRightly(observer))
                return observer;
            why = "it does not tell touched pages from untouched ones here";
        }
        catch (InvalidOperationException failure)
        {
            why = failure.Message;
        }

        observer.Dispose();
        return null;
    }

    private static bool SeesRightly(TouchObserver observer)
    {
        const ulong Length = 3 * PageSize.Bytes;
        byte* pages = (byte*)HostCalls.mmap(null, (nuint)Length, HostCalls.ProtReadWrite, HostCalls.MapPrivateAnonymous, -1, 0);
        if (pages == HostCalls.Failed)
            return false;
        HostCalls.madvise(pages, (nuint)Length, HostCalls.AdviseNoHugePage);
        Volatile.Read(ref Unsafe.AsRef<byte>(pages + PageSize.Bytes));
        pages[2 * PageSize.Bytes] = 1;
        try
        {
            return SeesRightly(observer, (ulong)pages, (ulong)pages + Length);
        }
        finally
        {
            HostCalls.munmap(pages, (nuint)Length);
        }
    }

    private static bool SeesRightly(TouchObserver observer, ulong start, ulong end)
    {
        int count = observer.Scan(start, end, out ulong next);
        TouchedRange* ranges = observer.Ranges;
        ulong read = start + PageSize.Bytes;
        ulong written = start + 2 * PageSize.Bytes;
        if (next != end)
            return false;
        if (observer.Kind == ObserverKind.Mincore)
            return count == 1 && ranges[0].Start == read && ranges[0].End == end && ranges[0].Written;
        return count == 2
            && ranges[0].Start == read && ranges[0].End == written && !ranges[0].Written
            && ranges[1].Start == written && ranges[1].End == end && ranges[1].Written;
    }
}
