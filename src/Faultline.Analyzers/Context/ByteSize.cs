// Sizes as people write them in .editorconfig: 131072, 128K, 128KB, 128KiB, 1 MiB. Every unit is a power of 1,024, as in malloc's own
// documentation, whether it is written with an i or without.

using System.Globalization;
using System.Numerics;

namespace Faultline.Analyzers.Context;

/// <summary>Reads sizes.</summary>
internal static class ByteSize
{
    private const string Units = "KMGT";

    /// <summary>The grammar in words, for messages.</summary>
    public const string Grammar = "a number of bytes, or a number with K, M, G or T (also KB or KiB)";

    /// <summary>Null for what is not a size.</summary>
    public static BigInteger? Parse(string text)
    {
        text = text.Trim();
        int digits = 0;
        while (digits < text.Length && text[digits] is >= '0' and <= '9')
            digits++;
        if (digits == 0 || !BigInteger.TryParse(text.Substring(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out BigInteger number))
            return null;
        return Shift(text.Substring(digits).Trim().ToUpperInvariant()) is { } shift ? number << shift : null;
    }

    private static int? Shift(string unit)
    {
        if (unit is "" or "B")
            return 0;
        int power = Units.IndexOf(unit[0]);
        return power >= 0 && unit.Substring(1) is "" or "B" or "IB" ? 10 * (power + 1) : null;
    }
}
