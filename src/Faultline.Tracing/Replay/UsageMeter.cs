namespace Faultline.Tracing.Replay;

/// <summary>Memory in use, looked at after every event: what the program asked for and holds, and what it is backed by.</summary>
internal struct UsageMeter
{
    private UInt128 _liveBytes;
    private UInt128 _residentPages;
    private ulong _looks;

    public void Look(ulong liveBytes, ulong residentPages)
    {
        _liveBytes += liveBytes;
        _residentPages += residentPages;
        _looks++;
    }

    /// <summary>Mean over the events, bytes; 0 without any.</summary>
    public readonly ulong MeanLiveBytes => _looks == 0 ? 0 : (ulong)(_liveBytes / _looks);

    /// <summary>Mean over the events, bytes; 0 without any.</summary>
    public readonly ulong MeanResidentBytes => _looks == 0 ? 0 : (ulong)(_residentPages * Kernel.PageSize.Bytes / _looks);
}
