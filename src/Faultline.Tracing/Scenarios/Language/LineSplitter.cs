namespace Faultline.Tracing.Scenarios.Language;

// A line is words between blanks. "Double quotes" hold blanks together, $(…) does too, '#' begins a comment where a word could begin.

/// <summary>Splits a line into words.</summary>
internal static class LineSplitter
{
    /// <summary>The words of a line; <paramref name="unclosed"/> is the column of a quote or bracket without an end, or 0.</summary>
    public static List<Word> Split(string line, out int unclosed)
    {
        List<Word> words = [];
        unclosed = 0;
        int at = 0;
        while (true)
        {
            while (at < line.Length && char.IsWhiteSpace(line[at]))
                at++;
            if (at == line.Length || line[at] == '#')
                return words;
            int start = at;
            string text = line[at] == '"' ? Quoted(line, ref at, ref unclosed) : Plain(line, ref at, ref unclosed);
            words.Add(new Word(text, start + 1));
        }
    }

    private static string Quoted(string line, ref int at, ref int unclosed)
    {
        int end = line.IndexOf('"', at + 1);
        if (end < 0)
        {
            unclosed = at + 1;
            end = line.Length;
        }

        string text = line[(at + 1)..end];
        at = Math.Min(end + 1, line.Length);
        return text;
    }

    private static string Plain(string line, ref int at, ref int unclosed)
    {
        int start = at;
        while (at < line.Length && !char.IsWhiteSpace(line[at]))
        {
            if (line[at] == '$' && at + 1 < line.Length && line[at + 1] == '(')
            {
                int close = line.IndexOf(')', at);
                if (close < 0)
                    unclosed = at + 1;
                at = close < 0 ? line.Length : close;
            }

            at = Math.Min(at + 1, line.Length);
        }

        return line[start..at];
    }
}
