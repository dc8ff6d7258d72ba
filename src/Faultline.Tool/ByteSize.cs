using System.Globalization;

namespace Faultline.Tool;

/// <summary>Reads sizes as people write them: "512MiB", "16G", "1.5 gb", "4096" (bytes). Units are powers of 1024.</summary>
internal static class ByteSize
{
    private const string Units = "BKMGT";

    /// <summary>Null where the text is no size, or is one that 64 bits do not hold.</summary>
    public static ulong? Parse(string text)
    {
        ReadOnlySpan<char> rest = text.AsSpan().Trim();
        int digits = 0;
        while (digits < rest.Length && (char.IsAsciiDigit(rest[digits]) || rest[digits] == '.'))
            digits++;
        if (!decimal.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number)
            || Exponent(rest[digits..].Trim()) is not { } exponent)
            return null;
        try
        {
            return decimal.ToUInt64(decimal.Multiply(number, 1UL << (10 * exponent)));
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    /// <summary>"" or "B" → 0, "K", "KB" or "KiB" → 1, and so on; null for anything else.</summary>
    private static int? Exponent(ReadOnlySpan<char> unit)
    {
        if (unit.IsEmpty)
            return 0;
        int exponent = Units.IndexOf(char.ToUpperInvariant(unit[0]));
        ReadOnlySpan<char> tail = unit[1..];
        bool known = exponent == 0 ? tail.IsEmpty
            : tail.IsEmpty || tail.Equals("B", StringComparison.OrdinalIgnoreCase) || tail.Equals("iB", StringComparison.OrdinalIgnoreCase);
        return exponent >= 0 && known ? exponent : null;
    }
}
