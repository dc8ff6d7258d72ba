using System;
using System.Collections.Generic;
using System.Numerics;

namespace Faultline.Analyzers.Measurements;

/// <summary>Reads NAME.faultline.json, whose names are listed in Faultline.Reporting's README.</summary>
internal static class ProfileReader
{
    public const string Kind = "faultline-profile";
    public const int SchemaVersion = 1;

    /// <summary>The sites of a profile that have a key, with the assembly that they are in. Throws <see cref="FormatException"/> where the text is no profile that can be read.</summary>
    public static IEnumerable<(string Assembly, string File, string Key, MeasuredCost Cost)> Read(string text)
    {
        if (Json.Parse(text) is not Dictionary<string, object?> root || Text(root, "kind") != Kind)
            throw new FormatException($"it is no profile: its \"kind\" is not \"{Kind}\"");
        if (Number(root, "schema") is not { } schema || schema != SchemaVersion)
            throw new FormatException($"its \"schema\" is not {SchemaVersion}: write it anew with this version's faultline run --profile");
        if (!root.TryGetValue("sites", out object? sites) || sites is not List<object?> list)
            throw new FormatException("it has no \"sites\"");
        Dictionary<string, object?>? totals = Object(root, "totals");
        foreach (object? item in list)
        {
            if (item is not Dictionary<string, object?> site)
                throw new FormatException("an entry of \"sites\" is no object");
            if (Text(site, "key") is { } key)
                yield return (Text(site, "assembly") ?? "", FileName(Text(site, "file") ?? ""), key, Cost(site, root, totals));
        }
    }

    private static MeasuredCost Cost(Dictionary<string, object?> site, Dictionary<string, object?> root, Dictionary<string, object?>? totals)
    {
        Dictionary<string, object?>? sizes = Object(site, "sizes"), lifetimes = Object(site, "lifetimes");
        bool hasSizes = sizes != null && Number(sizes, "count") > 0, hasLifetimes = lifetimes != null && Number(lifetimes, "count") > 0;
        return new MeasuredCost
        {
            Program = Text(root, "program") ?? "",
            Calls = Count(site, "calls"),
            Blocks = Count(site, "blocks"),
            RequestedBytes = Count(site, "requestedBytes"),
            MappedBlocks = Count(site, "mmapBlocks"),
            LiveBlocks = Count(site, "liveBlocks"),
            LiveRequestedBytes = Count(site, "liveRequestedBytes"),
            MinorFaults = Number(site, "minorFaults"),
            Smallest = hasSizes ? Number(sizes!, "least") : null,
            Largest = hasSizes ? Number(sizes!, "greatest") : null,
            MedianLifetime = hasLifetimes ? Number(lifetimes!, "medianAtMost") : null,
            PinnedPages = Count(site, "pinnedPages"),
            HeapPages = totals == null ? 0 : Count(totals, "pinnedOfHeapPages"),
            Leaks = site.TryGetValue("leaks", out object? leaks) && leaks is true,
            Pins = site.TryGetValue("pins", out object? pins) && pins is true,
        };
    }

    private static string FileName(string path) => path.Substring(path.LastIndexOfAny(['/', '\\']) + 1);

    private static Dictionary<string, object?>? Object(Dictionary<string, object?> parent, string name)
        => parent.TryGetValue(name, out object? value) ? value as Dictionary<string, object?> : null;

    private static string? Text(Dictionary<string, object?> parent, string name) => parent.TryGetValue(name, out object? value) ? value as string : null;

    private static BigInteger Count(Dictionary<string, object?> parent, string name) => Number(parent, name) ?? BigInteger.Zero;

    /// <summary>Whole and not negative; null where there is no such number.</summary>
    private static BigInteger? Number(Dictionary<string, object?> parent, string name)
        => parent.TryGetValue(name, out object? value) && value is double number && number >= 0 && !double.IsInfinity(number) ? new BigInteger(number) : null;
}
