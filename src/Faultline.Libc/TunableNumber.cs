using System.Globalization;

namespace Faultline.Libc;

/// <summary>
/// Numbers as glibc 2.36's loader reads them (_dl_strtoul, elf/dl-minimal.c): blanks, a sign, 0x or 0 for the base, digits up to
/// the first that is none. "64K" is 64; what has no digits is 0; what is too large is 2^64 - 1.
/// </summary>
internal static class TunableNumber
{
    public static ulong Parse(string text)
    {
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
        foreach (char character in rest)
        {
            if (!TryDigit(character, numberBase, out ulong digit))
                break;
            if (value > (ulong.MaxValue - digit) / numberBase)
                return ulong.MaxValue;
            value = value * numberBase + digit;
        }

        return negative ? 0 - value : value;
    }

    private static bool TryDigit(char character, ulong numberBase, out ulong digit)
    {
        bool isDigit = byte.TryParse([character], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value);
        digit = value;
        return isDigit && value < numberBase;
    }
}
