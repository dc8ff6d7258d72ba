namespace Faultline.Kernel;

/// <summary>What readahead in the order of virtual pages remembers of an area (swap_readahead_info, mm/swap_state.c, 6.18).</summary>
internal struct SwapWindow
{
    /// <summary>So many pages read ahead count as used before any was: to start with a small window.</summary>
    public const int InitialHits = 4;

    private const byte MostHits = 63;

    private bool _known;
    private byte _hits;

    /// <summary>The last page that was read for a fault, by its number.</summary>
    public ulong Page { get; private set; }

    /// <summary>How many pages were read then, itself included.</summary>
    public byte Pages { get; private set; }

    /// <summary>Pages read ahead that were used since.</summary>
    public readonly int Hits => _known ? _hits : InitialHits;

    public static SwapWindow After(ulong page, int pages) => new() { _known = true, Page = page, Pages = (byte)pages };

    public void Hit()
    {
        _hits = (byte)Math.Min(Hits + 1, MostHits);
        _known = true;
    }
}
