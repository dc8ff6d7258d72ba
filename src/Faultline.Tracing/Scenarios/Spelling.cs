namespace Faultline.Tracing.Scenarios;

/// <summary>What a mistyped word may have meant.</summary>
public static class Spelling
{
    /// <summary>The nearest known word, if it is near: two wrong letters, one in a short word. Null if none is.</summary>
    public static string? Nearest(string text, IEnumerable<string> known)
    {
        int allowed = text.Length <= 4 ? 1 : 2;
        return known.Select(word => (word, Distance: Distance(text, word))).Where(entry => entry.Distance <= allowed)
            .OrderBy(entry => entry.Distance).ThenBy(entry => entry.word, StringComparer.Ordinal).Select(entry => entry.word).FirstOrDefault();
    }

    /// <summary>Levenshtein's: inserted, removed and replaced characters.</summary>
    public static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
