using System.Globalization;

namespace Faultline.Reporting;

/// <summary>Numbers as sentences and tables show them: always with a unit, always in the invariant culture.</summary>
internal static class Quantity
{
    private static readonly string[] s_units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

    /// <summary>"512 B", "1.5 KiB", "64 MiB": three significant digits from one KiB on.</summary>
    public static string Bytes(ulong bytes)
    {
        if (bytes < 1024)
            return $"{bytes} B";
        double value = bytes;
        int unit = 0;
        // 1023.5 would be shown as "1024" of the smaller unit.
        while (value >= 1023.5)
        {
            value /= 1024;
            unit++;
        }

        string digits = value < 10 ? "0.##" : value < 100 ? "0.#" : "0";
        return value.ToString(digits, CultureInfo.InvariantCulture) + " " + s_units[unit];
    }

    public static string Number(ulong number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>"1 page", "2,048 pages".</summary>
    public static string Count(ulong number, string one, string? many = null)
        => number == 1 ? $"1 {one}" : $"{Number(number)} {many ?? one + "s"}";

    public static string WasOrWere(ulong number) => number == 1 ? "was" : "were";

    /// <summary>"3.1 %"; what is not nothing never shows as "0 %", what is not all never as "100 %".</summary>
    public static string Percent(double share)
    {
        double percent = share * 100;
        return percent is > 0 and < 0.05 ? "< 0.1 %"
            : percent is < 100 and >= 99.95 ? "> 99.9 %"
            : percent.ToString("0.#", CultureInfo.InvariantCulture) + " %";
    }

    public static double Share(ulong part, ulong whole) => whole == 0 ? 0 : (double)part / whole;

    public static string Address(ulong address) => $"0x{address:x}";

    /// <summary>"312 ms", "1.25 s", "2 min 5 s".</summary>
    public static string Duration(TimeSpan time)
        => time.TotalSeconds < 1 ? $"{Math.Max(0, (long)time.TotalMilliseconds)} ms"
        : time.TotalSeconds < 60 ? time.TotalSeconds.ToString("0.##", CultureInfo.InvariantCulture) + " s"
        : $"{(long)time.TotalMinutes} min {time.Seconds} s";
}
