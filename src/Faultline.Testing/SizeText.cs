using Faultline.Tracing.Text;

namespace Faultline.Testing;

/// <summary>Sizes as limits have them: NUMBER ([KMGTP]B|B), such as "24 MB"; powers of 1024, and KiB is the same as KB.</summary>
internal static class SizeText
{
    /// <summary>Bytes. Throws <see cref="ArgumentException"/>, with the text, where it is no size.</summary>
    public static long Parse(string? text)
        => text is { Length: > 0 } && char.ToUpperInvariant(text[^1]) == 'B' && Quantity.Size(text) is { } bytes and <= long.MaxValue ? (long)bytes
            : throw new ArgumentException($"'{text}' is no size: give a number and B, KB, MB, GB, TB or PB (powers of 1024), such as \"24 MB\" or \"1.5 KB\"");
}
