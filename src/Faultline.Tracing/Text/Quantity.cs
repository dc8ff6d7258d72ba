using System.Globalization;

namespace Faultline.Tracing.Text;

// Numbers as people write them: sizes in powers of 1024 ("4K", "1.5M", "2GiB", "512"), times ("40s", "150ms", "3h", "2d").

/// <summary>Reads sizes and times.</summary>
public static class Quantity
{
    private const string SizeUnits = "BKMGTP";

    /// <summary>Bytes; null where the text is no size, or is one that 64 bits do not hold.</summary>
    public static ulong? Size(string text)
    {
        (decimal Number, string Unit)? parts = Split(text);
        if (parts is not { } found || Exponent(found.Unit) is not { } exponent)
            return null;
        return Scaled(found.Number, 1UL << (10 * exponent));
    }

    /// <summary>Nanoseconds; null where the text is no time with a unit.</summary>
    public static ulong? Time(string text) => Split(text) is not { } found ? null : found.Unit switch
    {
        "ns" => Scaled(found.Number, 1),
        "us" => Scaled(found.Number, 1_000),
        "ms" => Scaled(found.Number, 1_000_000),
        "s" => Scaled(found.Number, 1_000_000_000),
        "min" => Scaled(found.Number, 60_000_000_000),
        "h" => Scaled(found.Number, 3_600_000_000_000),
        "d" => Scaled(found.Number, 86_400_000_000_000),
        _ => null,
    };

    private static (decimal Number, string Unit)? Split(string text)
    {
        string trimmed = text.Trim();
        int digits = 0;
        while (digits < trimmed.Length && (char.IsAsciiDigit(trimmed[digits]) || trimmed[digits] == '.'))
            digits++;
        return decimal.TryParse(trimmed.AsSpan(0, digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number)
            ? (number, trimmed[digits..].TrimStart())
            : null;
    }

    /// <summary>"" or "B" → 0, "K", "KB" or "KiB" → 1, and so on; null for anything else.</summary>
    private static int? Exponent(string unit)
    {
        if (unit.Length == 0)
            return 0;
        int exponent = SizeUnits.IndexOf(char.ToUpperInvariant(unit[0]));
        string tail = unit[1..].ToUpperInvariant();
        return exponent >= 0 && (tail.Length == 0 || (exponent > 0 && tail is "B" or "IB")) ? exponent : null;
    }

    private static ulong? Scaled(decimal number, ulong unit)
    {
        try
        {
            return decimal.ToUInt64(number * unit);
        }
        catch (OverflowException)
        {
            return null;
        }
    }
}
