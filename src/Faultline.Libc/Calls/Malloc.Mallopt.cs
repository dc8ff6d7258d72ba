namespace Faultline.Libc;

// mallopt(3) of glibc 2.36, and the settings behind it, which the tunables share.
public sealed unsafe partial class Malloc<TProcess>
{
    private const ulong MaximumMxFast = 160;

    /// <summary>
    /// mallopt: 1, or 0 for a value that is refused. Empties the main arena's fastbins first, whatever the parameter. Values
    /// are C ints: a negative threshold becomes a huge one.
    /// </summary>
    public int Mallopt(MalloptParameter parameter, int value)
    {
        Lock(_mainArena);
        Consolidate(_mainArena);
        bool accepted = true;
        switch (parameter)
        {
            case MalloptParameter.MxFast:
                accepted = SetMaximumFast((ulong)value);
                break;
            case MalloptParameter.TrimThreshold:
                SetTrimThreshold((ulong)value);
                break;
            case MalloptParameter.TopPad:
                SetTopPad((ulong)value);
                break;
            case MalloptParameter.MmapThreshold:
                SetMmapThreshold((ulong)value);
                break;
            case MalloptParameter.MmapMax:
                SetMaximumMapped(value);
                break;
            case MalloptParameter.Perturb:
                _perturb = value;
                break;
            case MalloptParameter.ArenaTest when value > 0:
                _arenaTest = (ulong)value;
                break;
            case MalloptParameter.ArenaMax when value > 0:
                _arenaMax = (ulong)value;
                break;
        }

        Unlock(_mainArena);
        return accepted ? 1 : 0;
    }

    /// <summary>The chunk size up to which fastbins are used, from a request size; at most 160 bytes.</summary>
    private bool SetMaximumFast(ulong request)
    {
        if (request > MaximumMxFast)
            return false;
        _maximumFast = request < ChunkLayout.WordSize
            ? ChunkLayout.MinimumSize / 2
            : (request + ChunkLayout.WordSize) & ~ChunkLayout.AlignmentMask;
        return true;
    }

    // Setting one of the next four stops the thresholds from moving by themselves.

    private void SetTrimThreshold(ulong bytes)
    {
        _trimThreshold = bytes;
        _thresholdsFrozen = true;
    }

    private void SetTopPad(ulong bytes)
    {
        _topPad = bytes;
        _thresholdsFrozen = true;
    }

    private void SetMmapThreshold(ulong bytes)
    {
        _mmapThreshold = bytes;
        _thresholdsFrozen = true;
    }

    private void SetMaximumMapped(int chunks)
    {
        _maximumMappedChunks = chunks;
        _thresholdsFrozen = true;
    }

    /// <summary>Requests up to this many bytes are cached; more than 1032 is refused.</summary>
    private void SetTcacheMaximum(ulong request)
    {
        if (request <= TcacheLayout.MaximumRequest)
            _tcacheBins = TcacheLayout.IndexOfChunk(ChunkLayout.Pad(request)) + 1;
    }

    /// <summary>Length of each cache list; more than 65535 is refused.</summary>
    private void SetTcacheCount(ulong blocks)
    {
        if (blocks <= ushort.MaxValue)
            _tcacheCount = blocks;
    }

    private void Apply(MallocTunables tunables)
    {
        if (tunables.TopPad is { } topPad)
            SetTopPad(topPad);
        if (tunables.Perturb is { } perturb)
            _perturb = perturb;
        if (tunables.MmapMax is { } mmapMax)
            SetMaximumMapped(mmapMax);
        if (tunables.MmapThreshold is { } mmapThreshold)
            SetMmapThreshold(mmapThreshold);
        if (tunables.TrimThreshold is { } trimThreshold)
            SetTrimThreshold(trimThreshold);
        _arenaMax = tunables.ArenaMax ?? _arenaMax;
        _arenaTest = tunables.ArenaTest ?? _arenaTest;
        _tcacheUnsortedLimit = tunables.TcacheUnsortedLimit ?? _tcacheUnsortedLimit;
        if (tunables.TcacheMax is { } tcacheMax)
            SetTcacheMaximum(tcacheMax);
        if (tunables.TcacheCount is { } tcacheCount)
            SetTcacheCount(tcacheCount);
        if (tunables.MxFast is { } mxFast)
            SetMaximumFast(mxFast);
    }
}
