namespace Faultline.Reporting;

/// <summary>
/// Columns of figures, right-aligned, and one last column of text on the left, which is the only one that may be cut to
/// fit. Where a terminal leaves it too little room, the text gets a line of its own. Rows can carry remarks, which stand
/// below the text.
/// </summary>
internal sealed class Table(params string[] headings)
{
    private const string Indent = "  ";
    private const string DeepIndent = "    ";
    private const int LeastText = 44;
    private const int RemarkWidth = 120;

    private readonly List<(string[] Cells, IReadOnlyList<string> Remarks)> _rows = [(headings, [])];

    /// <summary>What stands between two columns.</summary>
    public string Gap { get; init; } = "  ";

    public void Add(IReadOnlyList<string> remarks, params string[] cells)
    {
        if (cells.Length != headings.Length)
            throw new ArgumentException($"{cells.Length} cells in a table of {headings.Length} columns", nameof(cells));
        _rows.Add((cells, remarks));
    }

    public void Add(params string[] cells) => Add([], cells);

    public IEnumerable<string> Lines(int width)
    {
        int[] widths = [.. Enumerable.Range(0, headings.Length - 1).Select(column => _rows.Max(row => row.Cells[column].Length))];
        int figures = Indent.Length + widths.Sum() + widths.Length * Gap.Length;
        int longest = _rows.Max(row => row.Cells[^1].Length);
        bool beside = width - figures >= Math.Min(longest, LeastText);
        int left = beside ? figures : DeepIndent.Length;
        foreach ((string[] cells, IReadOnlyList<string> remarks) in _rows)
        {
            string numbers = Indent + string.Concat(widths.Select((w, column) => cells[column].PadLeft(w) + Gap));
            string text = Fit(cells[^1], width - left);
            yield return beside ? numbers + text : numbers;
            if (!beside && text.Length > 0)
                yield return DeepIndent + text;
            foreach (string line in remarks.SelectMany(r => Remark(r, left, width)))
                yield return line;
        }
    }

    private static IEnumerable<string> Remark(string remark, int left, int width)
    {
        string lead = new string(' ', left) + "> ";
        foreach (string line in Wrapping.Lines(remark, Math.Min(RemarkWidth, width - lead.Length)))
        {
            yield return lead + line;
            lead = new string(' ', lead.Length);
        }
    }

    private static string Fit(string text, int width) => text.Length <= width ? text : text[..(width - 1)] + "…";
}
