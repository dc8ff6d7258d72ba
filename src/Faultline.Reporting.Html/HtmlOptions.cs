using System.Text.RegularExpressions;

namespace Faultline.Reporting.Html;

/// <summary>How a page is written.</summary>
public sealed record HtmlOptions
{
    /// <summary>Heading of the page; null: the program's name.</summary>
    public string? Title { get; init; }

    /// <summary>Lines of source around each site, where the files that the symbols name are on this machine.</summary>
    public bool IncludesSource { get; init; } = true;

    /// <summary>Names in which it matches are replaced everywhere; null: none.</summary>
    public Regex? Confidential { get; init; }

    /// <summary>Shown as a section of its own.</summary>
    public WhatIfTable? WhatIf { get; init; }

    /// <summary>A pattern as people write it. Throws <see cref="ArgumentException"/> where it is no regular expression, or one that cannot be used.</summary>
    public static Regex ParseConfidential(string pattern) => Masking.Parse(pattern);
}
