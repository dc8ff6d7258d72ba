// The tables of shapes are text: a head of "=== shape/variation => what must be said", then the members of a class, and after a line of
// "---" types beside it. What must be said is the ownership rules' ids in the order of the source, or "quiet"; or, for the other rules,
// +id for what must be reported and -id for what must not. Behind " -- " stands why, where it is not what one would wish for.

using System.Text.RegularExpressions;
using Faultline.TestSupport;

namespace Faultline.Analyzers.Tests.Support;

/// <summary>One way to write a shape, and what the rules must say about it.</summary>
internal sealed record Variation(string Shape, string Name, string Expected, string Source)
{
    private static readonly string s_folder = Repository.Path("tests", "Faultline.Analyzers.Tests", "Shapes", "Variations");

    /// <summary>All of them, by shape.</summary>
    public static ILookup<string, Variation> All { get; } = Directory.GetFiles(s_folder, "?.*.txt").Order(StringComparer.Ordinal).SelectMany(Read).ToLookup(variation => variation.Shape);

    /// <summary>The names of the shapes with what they must lead to: "warn", "quiet" or "warn quiet".</summary>
    public static IReadOnlyDictionary<string, string> Shapes { get; } = File.ReadLines(Path.Combine(s_folder, "shapes.txt"))
        .Select(line => Regex.Match(line, @"^([A-F]\.\S+)\s+(warn quiet|warn|quiet)\s+\S"))
        .Where(match => match.Success)
        .ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value);

    /// <summary>It must be reported by some rule.</summary>
    public bool Warns => Expected.Split(' ').Any(token => token.StartsWith("FLT", StringComparison.Ordinal) || token[0] == '+');

    public bool UsesSetting(string key) => Name.Contains("{" + key + "}", StringComparison.Ordinal);

    /// <summary>A file of its own, in a namespace of its own.</summary>
    public (string Path, string Text) ToFile(int number)
    {
        string[] parts = Regex.Split(Source, "^---", RegexOptions.Multiline);
        return ($"{number:000}.cs", $$"""
            namespace V{{number}}
            {
            unsafe partial class C
            {
            {{parts[0]}}
            }
            {{string.Concat(parts.Skip(1))}}
            }
            """);
    }

    private static IEnumerable<Variation> Read(string file)
    {
        foreach (string part in Regex.Split(File.ReadAllText(file), "^=== ", RegexOptions.Multiline).Skip(1))
        {
            Match head = Regex.Match(part, @"^(\S+?)/(.+?) => (.+?)( -- .+)?\n");
            if (!head.Success)
                throw new FormatException($"{file}: '{part.Split('\n')[0]}' is not 'shape/variation => what must be said'");
            yield return new(head.Groups[1].Value, head.Groups[2].Value, head.Groups[3].Value, part[head.Length..]);
        }
    }
}
