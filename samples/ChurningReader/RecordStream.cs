namespace ChurningReader;

/// <summary>A deterministic stream of records, as a log or an archive would hold them: each has a length and a body.</summary>
internal struct RecordStream(uint seed)
{
    private uint _state = seed;

    public uint Next()
    {
        _state ^= _state << 13;
        _state ^= _state >> 17;
        _state ^= _state << 5;
        return _state;
    }

    /// <summary>Writes a record's body: text-like bytes with some repetition.</summary>
    public void Read(Span<byte> body)
    {
        for (int i = 0; i < body.Length; i += 8)
        {
            ulong word = (ulong)Next() * 0x9E3779B97F4A7C15UL;
            for (int j = i; j < Math.Min(i + 8, body.Length); j++, word >>= 8)
                body[j] = (byte)('a' + (word & 15));
        }
    }
}
