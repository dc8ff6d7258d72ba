namespace Faultline.Tracing.Session;

/// <summary>
/// The counters of a session, summed. Each thread counts in a shard of its own, so that threads never write to one cache line; a
/// shard outlives its thread and may be handed to another, for its counters only ever grow. Faults and resident pages are counted
/// under the simulated kernel's lock, in shard 0. A shard lists the sites that were counted in it: reading the others would take memory.
/// </summary>
/// <remarks>
/// A site's highest live bytes concern all threads at once. Each shard keeps its own live bytes and their peak; when they have moved
/// by <see cref="PublishEvery"/> since the last time, it adds the difference to shard 0 and raises the peak there. So the peak is exact
/// for what one thread allocates and frees, and off by at most that much for each further thread.
/// </remarks>
public static unsafe class SessionCounters
{
    /// <summary>Bytes.</summary>
    public const long PublishEvery = 64 * 1024;

    /// <summary>What each site did, over all threads; index = site id.</summary>
    public static SiteCounters[] ReadAll(SessionFile file)
    {
        var sums = new ReadOnlySpan<SiteCounters>(file.Sites(0), file.SiteCount + 1).ToArray();
        var rises = new long[sums.Length];
        // Releases first: of blocks that come and go meanwhile, none is then seen to have gone before it came.
        for (int shard = 1; shard < Used(file); shard++)
            foreach (int site in new ShardSites(file, shard))
                AddReleases(ref sums[site], file.Sites(shard)[site]);
        Interlocked.MemoryBarrier();
        for (int shard = 1; shard < Used(file); shard++)
        {
            foreach (int site in new ShardSites(file, shard))
            {
                SiteCounters counters = file.Sites(shard)[site];
                AddAllocations(ref sums[site], counters);
                rises[site] = Math.Max(rises[site], (long)counters.PeakLiveBytes - counters.PublishedLiveBytes);
            }
        }

        for (int site = 0; site < sums.Length; site++)
            FinishPeak(ref sums[site], rises[site]);
        return sums;
    }

    /// <summary>What one site did, over all threads.</summary>
    public static SiteCounters Read(SessionFile file, int site) => ReadAll(file)[site];

    /// <summary>The sums over all sites. Peaks, faults and pages are left out.</summary>
    public static SiteCounters Total(SessionFile file)
    {
        SiteCounters sum = default;
        for (int shard = 1; shard < Used(file); shard++)
            foreach (int site in new ShardSites(file, shard))
                AddReleases(ref sum, file.Sites(shard)[site]);
        Interlocked.MemoryBarrier();
        for (int shard = 1; shard < Used(file); shard++)
            foreach (int site in new ShardSites(file, shard))
                AddAllocations(ref sum, file.Sites(shard)[site]);
        return sum;
    }

    /// <summary>The header with its sums.</summary>
    public static SessionHeader ReadHeader(SessionFile file)
    {
        SessionHeader header = *file.Header;
        header.EventCount = Total(file).Calls;
        for (int shard = 1; shard < Used(file); shard++)
            header.ForeignCalls += file.Shard(shard)->ForeignCalls;
        return header;
    }

    private static int Used(SessionFile file)
        => Math.Min((int)Volatile.Read(ref file.Header->ShardsUsed), SessionLayout.ShardCount((uint)file.SiteCount));

    private static void FinishPeak(ref SiteCounters sum, long rise)
    {
        long live = (long)(sum.RequestedBytes - sum.ReleasedRequestedBytes);
        sum.PeakLiveBytes = (ulong)Math.Max(Math.Max((long)sum.PeakLiveBytes, sum.PublishedLiveBytes + rise), live);
    }

    private static void AddReleases(ref SiteCounters sum, in SiteCounters counters)
    {
        sum.Released += counters.Released;
        sum.ReleasedRequestedBytes += counters.ReleasedRequestedBytes;
        sum.ReleasedUsableBytes += counters.ReleasedUsableBytes;
    }

    private static void AddAllocations(ref SiteCounters sum, in SiteCounters counters)
    {
        sum.Calls += counters.Calls;
        sum.Allocations += counters.Allocations;
        sum.RequestedBytes += counters.RequestedBytes;
        sum.UsableBytes += counters.UsableBytes;
        sum.MappedAllocations += counters.MappedAllocations;
        sum.Failures += counters.Failures;
        sum.Moves += counters.Moves;
    }
}
