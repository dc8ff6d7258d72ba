namespace Faultline.Kernel.Tests;

/// <summary>The order in which pressure-probe.c touches pages.</summary>
internal sealed class TouchPattern(char pattern, ulong pages, ulong seed)
{
    private ulong _state = unchecked((seed * 0x9e3779b97f4a7c15) + 1);

    /// <summary>The page of the i-th touch; to be asked in turn.</summary>
    public ulong Next(ulong i)
    {
        switch (pattern)
        {
            case 'r':
                return pages - 1 - (i % pages);
            case 'u':
                return Draw() % pages;
            case 'h':
                ulong drawn = Draw();
                return (drawn >> 8) % (drawn % 10 < 8 ? pages / 5 : pages);
            default:
                return i % pages;
        }
    }

    private ulong Draw()
    {
        _state ^= _state << 13;
        _state ^= _state >> 7;
        return _state ^= _state << 17;
    }
}
