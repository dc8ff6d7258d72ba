using System.Globalization;
using System.Numerics;
using Faultline.Analyzers.Flow.Numbers;

namespace Faultline.Analyzers.Glibc;

/// <summary>Numbers as messages print them: 131,072 bytes; 2 to 3 pages; at most 1 page fault.</summary>
internal static class Figures
{
    public static string Bytes(Interval bytes) => Range(bytes, "byte");

    public static string Bytes(BigInteger bytes) => Range(new Interval(bytes), "byte");

    public static string Pages(Interval pages) => Range(pages, "page");

    public static string Faults(Interval faults) => Range(faults, "page fault");

    public static string AtMost(BigInteger faults) => "at most " + Range(new Interval(faults), "page fault");

    /// <summary>A bound that is only the type's end is no news and is left out.</summary>
    private static string Range(Interval value, string unit)
    {
        string high = Number(value.High) + " " + unit + (value.High.IsOne ? "" : "s");
        if (value.IsExact)
            return high;
        if (value.High >= int.MaxValue / Chunk.PageBytes * (unit == "byte" ? Chunk.PageBytes : 1))
            return "at least " + Number(value.Low) + " " + unit + (value.Low.IsOne ? "" : "s");
        if (value.Low <= BigInteger.One && unit == "byte")
            return "at most " + high;
        return Number(value.Low) + (value.High - value.Low == BigInteger.One ? " or " : " to ") + high;
    }

    public static string Number(BigInteger value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
