// What a call site is known by from one version of a program's source to the next. A line number is no name: an insertion above moves it.
// So a site is named by the file's name, the member that it stands in, the statement's own text without spaces and comments, and where the
// same statement occurs more than once in the member, by its place among those. An edit of the statement makes another site of it, which
// is meant: what was measured before does not hold for it.

using System;
using System.Globalization;

namespace Faultline.Sites;

/// <summary>
/// The name of one call of an allocation API. <see cref="Text"/> is the whole of it in 16 hexadecimal digits; within one assembly two sites
/// have the same only if file name, member, statement, API and ordinal are the same.
/// </summary>
internal readonly struct SiteKey : IEquatable<SiteKey>
{
    private const ulong FnvOffset = 14695981039346656037;
    private const ulong FnvPrime = 1099511628211;

    public SiteKey(string file, string member, string statement, string api, int ordinal)
    {
        File = file.Substring(file.LastIndexOfAny(['/', '\\']) + 1);
        Member = member;
        Statement = Hash(statement);
        Ordinal = ordinal;
        Text = Hash(string.Join("\n", File, member, Statement, api, ordinal.ToString(CultureInfo.InvariantCulture)));
    }

    /// <summary>The source file's name, without its folder: the same project may lie elsewhere on another machine.</summary>
    public string File { get; }

    /// <summary>Namespace.Type.Member(parameter types); top-level statements are &lt;top&gt;.</summary>
    public string Member { get; }

    /// <summary>Hash of the statement's tokens, 16 hexadecimal digits.</summary>
    public string Statement { get; }

    /// <summary>From 0, among the calls of the same name in the same statement text of the member, in the order in which they end.</summary>
    public int Ordinal { get; }

    public string Text { get; }

    public bool Equals(SiteKey other) => Text == other.Text;

    public override bool Equals(object? obj) => obj is SiteKey other && Equals(other);

    public override int GetHashCode() => Text.GetHashCode();

    public override string ToString() => $"{Text} {File} {Member} #{Ordinal}";

    /// <summary>FNV-1a of 64 bits over the UTF-16 code units.</summary>
    private static string Hash(string text)
    {
        ulong hash = FnvOffset;
        foreach (char unit in text)
            hash = unchecked((hash ^ unit) * FnvPrime);
        return hash.ToString("x16", CultureInfo.InvariantCulture);
    }
}
