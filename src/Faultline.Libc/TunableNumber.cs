using System.Globalization;

namespace Faultline.Libc;

/// <summary>
/// Numbers as glibc's loader reads them (_dl_strtoul, elf/dl-minimal.c): blanks, a sign, 0x or 0 for the base, digits up to
/// the first that is none. "64K" is 64; what has no digits is 0; what is too large is 2^64 - 1.
/// </summary>
internal static class TunableNumber
{
    public static ulong Parse(string text) => Parse(text, out _);

    /// <param name="text">What is to be read.</param>
    /// <param name="isWhole">Nothing stands behind the number: 2.39 takes no other. A number that is too large ends where it became so.</param>
    public static ulong Parse(string text, out bool isWhole)
    {
        isWhole = false;
        ReadOnlySpan<char> rest = text.AsSpan().TrimStart(" \t");
        bool negative = rest.StartsWith("-");
        if (negative || rest.StartsWith("+"))
            rest = rest[1..];
        ulong numberBase = 10;
        if (rest.StartsWith("0x") || rest.StartsWith("0X"))
        {
            numberBase = 16;
            rest = rest[2..];
        }
        else if (rest.StartsWith("0"))
        {
            numberBase = 8;
        }

        ulong value = 0;
        int read = 0;
        for (; read < rest.Length && TryDigit(rest[read], numberBase, out ulong digit); read++)
        {
            if (value > (ulong.MaxValue - digit) / numberBase)
                return ulong.MaxValue;
            value = value * numberBase + digit;
        }

        isWhole = read == rest.Length;
        return negative ? 0 - value : value;
    }

    private static bool TryDigit(char character, ulong numberBase, out ulong digit)
    {
        bool isDigit = byte.TryParse([character], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value);
        digit = value;
        return isDigit && value < numberBase;
    }
}
