namespace Faultline.Tool;

/// <summary>Inserted, removed, replaced and swapped characters (optimal string alignment): "rnu" is one step from "run".</summary>
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
