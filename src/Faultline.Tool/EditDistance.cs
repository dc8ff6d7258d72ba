namespace Faultline.Tool;

/// <summary>Levenshtein's distance: inserted, removed and replaced characters.</summary>
internal static class EditDistance
{
    /// <summary>" (did you mean X?)" for the known word that is near enough, else "".</summary>
    public static string Suggest(string word, IEnumerable<string> known)
    {
        string? best = known.MinBy(k => Between(word, k));
        return best != null && Between(word, best) <= Math.Max(1, best.Length / 3) ? $" (did you mean {best}?)" : "";
    }

    public static int Between(string a, string b)
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
