using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Faultline.Reporting.Html;

// Names stand everywhere: in sites, sentences, source lines, /proc/self/maps. So it is the finished data that is masked, every text of it, and no
// section can be forgotten.

/// <summary>Replaces confidential names by "name-1", "name-2" and so on, the same name by the same word, in the order in which they are met.</summary>
internal sealed class Masking
{
    private readonly Dictionary<string, string> _words = [];
    private readonly Regex _names;

    /// <param name="pattern">A match makes the whole name around it vanish: letters, digits and . _ - / + ` &lt; &gt;, so paths and generic types too.</param>
    public Masking(Regex pattern) => _names = new Regex($@"[\w./+`<>-]*(?:{pattern})[\w./+`<>-]*", pattern.Options | RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    /// <summary>A pattern as the command line has it. Throws <see cref="ArgumentException"/> where it is no regular expression, or one that needs backtracking.</summary>
    public static Regex Parse(string pattern)
    {
        try
        {
            Regex regex = new(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            return regex.IsMatch("") ? throw new ArgumentException("it matches everything") : regex;
        }
        catch (NotSupportedException)
        {
            throw new ArgumentException("it needs backtracking (references or look-around), which is not supported");
        }
    }

    public string Text(string text) => _names.Replace(text, match => WordFor(match.Value));

    /// <summary>The same data with every text masked.</summary>
    public JsonNode? Node(JsonNode? node) => node switch
    {
        JsonObject o => new JsonObject(o.Select(member => new KeyValuePair<string, JsonNode?>(member.Key, Node(member.Value)))),
        JsonArray a => new JsonArray([.. a.Select(Node)]),
        JsonValue v when v.TryGetValue(out string? text) => JsonValue.Create(Text(text)),
        _ => node?.DeepClone(),
    };

    private string WordFor(string name)
    {
        if (!_words.TryGetValue(name, out string? word))
            _words.Add(name, word = "name-" + (_words.Count + 1).ToString(CultureInfo.InvariantCulture));
        return word;
    }
}
