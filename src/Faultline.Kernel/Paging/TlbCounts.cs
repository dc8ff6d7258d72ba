namespace Faultline.Kernel;

/// <summary>What translating a process's accesses took. An access is one call, or one page of a range.</summary>
public struct TlbCounts
{
    public ulong L1Hits;
    public ulong L2Hits;

    /// <summary>Walks of the page tables: for what neither level had, for the first store to a page that was only read, and again after each fault.</summary>
    public ulong Walks;

    /// <summary>Page-table entries read by walks: as many as levels, one less for 2 MiB.</summary>
    public ulong WalkedLevels;

    /// <summary>Times all entries of the address space were dropped: more than 33 pages at once, or a switch.</summary>
    public ulong Flushes;

    /// <summary>Pages dropped one by one (INVLPG).</summary>
    public ulong FlushedPages;

    /// <summary>Times the processor came to run it after another process.</summary>
    public ulong Switches;

    public static TlbCounts operator +(TlbCounts a, TlbCounts b) => new()
    {
        L1Hits = a.L1Hits + b.L1Hits,
        L2Hits = a.L2Hits + b.L2Hits,
        Walks = a.Walks + b.Walks,
        WalkedLevels = a.WalkedLevels + b.WalkedLevels,
        Flushes = a.Flushes + b.Flushes,
        FlushedPages = a.FlushedPages + b.FlushedPages,
        Switches = a.Switches + b.Switches,
    };
}
