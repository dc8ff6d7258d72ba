using System.Globalization;
using System.Text;

namespace Faultline.Tracing.Session;

// Call sites as text, one line each:
//
//   id \t assembly \t type \t method \t API \t line \t file \n
//
// An empty file means that there are no symbols. A name with a tab, a line end or a backslash in it has \t, \n, \r, \\ for them.

/// <summary>Call sites as lines of text.</summary>
public static class CallSiteLines
{
    private const int Fields = 7;

    public static string Format(IEnumerable<CallSite> sites)
    {
        StringBuilder text = new();
        foreach (CallSite site in sites)
        {
            text.Append(CultureInfo.InvariantCulture, $"{site.Id}\t{Escape(site.Assembly)}\t{Escape(site.Type)}\t{Escape(site.Method)}\t{Escape(site.Api)}\t");
            text.Append(CultureInfo.InvariantCulture, $"{site.Line}\t{Escape(site.File ?? "")}\n");
        }

        return text.ToString();
    }

    /// <summary>Throws <see cref="InvalidDataException"/>, with the line, where one is no call site.</summary>
    public static IReadOnlyList<CallSite> Parse(string text)
    {
        List<CallSite> sites = [];
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            sites.Add(ParseLine(line));
        return sites;
    }

    private static CallSite ParseLine(string line)
    {
        string[] fields = line.Split('\t');
        if (fields.Length != Fields || !TryNumber(fields[0], out int id) || !TryNumber(fields[5], out int number))
            throw new InvalidDataException($"no call site: '{line}'");
        string file = Unescape(fields[6]);
        return new(id, Unescape(fields[1]), Unescape(fields[2]), Unescape(fields[3]), Unescape(fields[4]), file.Length == 0 ? null : file, number);
    }

    private static bool TryNumber(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static string Escape(string name) => name.AsSpan().IndexOfAny("\\\t\n\r") < 0 ? name
        : name.Replace("\\", "\\\\").Replace("\t", "\\t").Replace("\n", "\\n").Replace("\r", "\\r");

    internal static string Unescape(string name)
    {
        if (!name.Contains('\\'))
            return name;
        StringBuilder text = new();
        for (int i = 0; i < name.Length; i++)
            text.Append(name[i] != '\\' || ++i == name.Length ? name[Math.Min(i, name.Length - 1)]
                : name[i] switch { 't' => '\t', 'n' => '\n', 'r' => '\r', char other => other });
        return text.ToString();
    }
}
