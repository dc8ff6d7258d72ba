using System.Globalization;

namespace Faultline.Tracing.Session;

// Source keys as text, one line each, from the compiler that routed the program and had its syntax at hand:
//
//   id \t key \t statement \t ordinal \t member \n
//
// The member is written as names are in the lines of call sites.

/// <summary>
/// What a call site is known by in the program's source, from one version of it to the next (src/Shared/Syntax/SiteKey.cs): <paramref name="Key"/> and
/// <paramref name="Statement"/> are 16 hexadecimal digits, <paramref name="Ordinal"/> counts from 0.
/// </summary>
public sealed record SourceKey(int Id, string Key, string Member, string Statement, int Ordinal)
{
    private const int Fields = 5;

    /// <summary>Throws <see cref="InvalidDataException"/>, with the line, where one is no key.</summary>
    public static IReadOnlyList<SourceKey> Parse(string text)
        => [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(ParseLine)];

    private static SourceKey ParseLine(string line)
    {
        string[] fields = line.Split('\t');
        if (fields.Length != Fields
            || !int.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out int id)
            || !int.TryParse(fields[3], NumberStyles.None, CultureInfo.InvariantCulture, out int ordinal))
            throw new InvalidDataException($"no source key: '{line}'");
        return new(id, fields[1], CallSiteLines.Unescape(fields[4]), fields[2], ordinal);
    }
}
