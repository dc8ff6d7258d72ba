using Faultline.Kernel;

namespace Faultline.Libc;

// What glibc 2.36 keeps per process: struct malloc_par and global_max_fast (malloc/malloc.c). Thresholds are moved by
// frees of mapped chunks until the user sets one of them.
public sealed unsafe partial class Malloc<TProcess>
{
    private const ulong DefaultThreshold = 128 * 1024;

    /// <summary>Linux builds keep 128 KiB at the heap's end; the 0 of malloc.c's comments is overridden by a machine header.</summary>
    private const ulong DefaultTopPad = 128 * 1024;

    /// <summary>Mapped chunks larger than this do not move the thresholds.</summary>
    private const ulong MaximumDynamicThreshold = 32UL << 20;

    private const int DefaultMaximumMapped = 65536;
    private const ulong DefaultMaximumFast = 128;

    private ulong _mmapThreshold = DefaultThreshold;
    private ulong _trimThreshold = DefaultThreshold;
    private ulong _topPad = DefaultTopPad;
    private bool _thresholdsFrozen;
    private ulong _maximumFast = DefaultMaximumFast;

    private ulong _tcacheBins = TcacheLayout.MaximumBins;
    private ulong _tcacheCount = TcacheLayout.DefaultCount;

    /// <summary>Chunks that a scan may sort before it returns one that it has cached; 0: no limit.</summary>
    private ulong _tcacheUnsortedLimit;

    private int _mappedChunks;
    private int _maximumMappedChunks = DefaultMaximumMapped;
    private int _peakMappedChunks;
    private ulong _mappedBytes;
    private ulong _peakMappedBytes;

    /// <summary>Requests whose chunk is at least this big get a mapping of their own, if neither a bin nor top has room. Bytes.</summary>
    public ulong MmapThreshold => _mmapThreshold;

    /// <summary>A main top of at least this size is given back to the kernel when a free makes one. Bytes.</summary>
    public ulong TrimThreshold => _trimThreshold;

    /// <summary>Bytes added to each extension of the heap and kept by each trim.</summary>
    public ulong TopPad => _topPad;

    /// <summary>The user has set a threshold, so that frees no longer move them.</summary>
    public bool ThresholdsFrozen => _thresholdsFrozen;

    /// <summary>The largest chunk that goes to a fastbin. Bytes.</summary>
    public ulong MaximumFast => _maximumFast;

    /// <summary>Live chunks that are mappings of their own.</summary>
    public int MappedChunks => _mappedChunks;

    /// <summary>Length of their mappings, bytes.</summary>
    public ulong MappedBytes => _mappedBytes;

    /// <summary>
    /// sbrk(2) as glibc does it: nothing for 0, no system call when the sum wraps. True if the break moved (or did not have
    /// to); <paramref name="oldBreak"/> is where it was.
    /// </summary>
    private bool SetBreakBy(long increment, out ulong oldBreak)
    {
        oldBreak = _process.CurrentBreak.Value;
        if (increment == 0)
            return true;
        ulong wanted = oldBreak + (ulong)increment;
        if (increment > 0 ? wanted < oldBreak : wanted > oldBreak)
            return false;
        return _process.Brk(new VirtualAddress(wanted)).Value >= wanted;
    }
}
