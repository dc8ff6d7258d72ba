// FNV-1a over 64 bits: a result that depends on every byte and on their order, the same on every machine.

internal static class Checksum
{
    public const ulong Start = 14695981039346656037;

    public static ulong Of(ReadOnlySpan<byte> bytes, ulong sum = Start)
    {
        foreach (byte b in bytes)
            sum = (sum ^ b) * 1099511628211;
        return sum;
    }

    public static ulong Add(ulong sum, long value)
    {
        for (int shift = 0; shift < 64; shift += 8)
            sum = (sum ^ (byte)(value >> shift)) * 1099511628211;
        return sum;
    }
}
