namespace Faultline.Tracing.Text;

/// <summary>What a mistyped word may have meant.</summary>
public static class Spelling
{
    /// <summary>The nearest known word, if it is near: a third of its letters wrong, one in a short word. Of equally near ones the first by ordinal; null if none is.</summary>
    public static string? Nearest(string word, IEnumerable<string> known)
        => known.Select(candidate => (Word: candidate, Distance: Distance(word, candidate)))
            .Where(entry => entry.Distance <= Math.Max(1, entry.Word.Length / 3))
            .OrderBy(entry => entry.Distance).ThenBy(entry => entry.Word, StringComparer.Ordinal).Select(entry => entry.Word).FirstOrDefault();

    /// <summary>" (did you mean X?)" for the known word that is near enough, else "".</summary>
    public static string Suggest(string word, IEnumerable<string> known) => Nearest(word, known) is { } near ? $" (did you mean {near}?)" : "";

    /// <summary>Inserted, removed, replaced and swapped characters (optimal string alignment): "rnu" is one step from "run".</summary>
    public static int Distance(string a, string b)
    {
        int[] twoBefore = new int[b.Length + 1], before = [.. Enumerable.Range(0, b.Length + 1)], row = new int[b.Length + 1];
        for (int i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replaced = before[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                row[j] = Math.Min(replaced, Math.Min(before[j], row[j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    row[j] = Math.Min(row[j], twoBefore[j - 2] + 1);
            }

            (twoBefore, before, row) = (before, row, twoBefore);
        }

        return before[b.Length];
    }
}
