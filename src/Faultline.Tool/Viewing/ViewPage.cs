using Faultline.Reporting.Views;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Faultline.Tool.Viewing;

/// <summary>
/// The sheet that <c>summary</c>, <c>tree</c>, <c>table</c> and <c>temporary</c> are drawn on, with Spectre.Console: labelled facts, tables of sites, trees. Text of a trace is never
/// taken for markup, and control characters in it are not printed.
/// </summary>
internal sealed class ViewPage
{
    /// <summary>What stands for no limit: longer than any line.</summary>
    private const int Unlimited = 8192;

    private const int LeastName = 34;
    private const int Gap = 2;

    private static readonly Style s_plain = Style.Plain;
    private static readonly Style s_strong = new(decoration: Decoration.Bold);
    private static readonly Style s_remark = new(Color.Yellow);

    private readonly IAnsiConsole _console;
    private readonly int _width;

    private ViewPage(TextWriter writer, ViewLayout layout)
    {
        _width = layout.Width ?? Unlimited;
        _console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = layout.Colour ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = layout.Colour ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });
        _console.Profile.Width = _width;
        _console.Profile.Capabilities.Unicode = true;
    }

    /// <summary>Draws a page and writes it without blanks at the lines' ends.</summary>
    public static void Write(TextWriter output, ViewLayout layout, Action<ViewPage> draw)
    {
        using StringWriter whole = new();
        draw(new ViewPage(whole, layout));
        foreach (string line in whole.ToString().TrimEnd().Split('\n'))
            output.Write(line.TrimEnd() + "\n");
    }

    public void Line(string text = "", bool strong = false)
    {
        if (text.Length > 0)
            _console.Write(new Text(Plain(text), strong ? s_strong : s_plain));
        _console.WriteLine();
    }

    public void Facts(IEnumerable<(string Label, string Text)> facts)
    {
        Grid grid = new();
        grid.AddColumn(new GridColumn().NoWrap().Padding(0, 0, Gap, 0));
        grid.AddColumn(new GridColumn().Padding(0, 0, 0, 0));
        foreach ((string label, string text) in facts)
            grid.AddRow(new Text(label), new Text(Plain(text)));
        _console.Write(grid);
    }

    /// <summary>A row a site, with a remark below it where there is one. Columns that the width has no room for are left out and named.</summary>
    /// <param name="columns">From left to right.</param>
    /// <param name="sites">From the top.</param>
    /// <param name="keep">The name of the column that is not left out, such as the one that the rows are sorted by.</param>
    /// <param name="remark">Of a site; null: none.</param>
    /// <param name="heading">Of the last column.</param>
    public void Sites(IReadOnlyList<SiteColumn> columns, IReadOnlyList<SiteView> sites, string? keep, Func<SiteView, string?> remark, string heading = "site")
    {
        List<SiteColumn> shown = [.. columns];
        while (shown.Count > 1 && shown.Sum(column => WidthOf(column, sites) + Gap) + LeastName > _width)
            shown.Remove(shown.Where(column => column.Name != keep).MaxBy(column => column.Rank)!);
        Table table = new Table().Border(TableBorder.None);
        foreach (SiteColumn column in shown)
            table.AddColumn(new TableColumn(new Text(column.Name, s_strong)).RightAligned().NoWrap().Padding(0, 0, Gap, 0));
        table.AddColumn(new TableColumn(new Text(heading, s_strong)).Padding(0, 0, 0, 0));
        foreach (SiteView site in sites)
        {
            table.AddRow([.. shown.Select(column => (IRenderable)new Text(column.Text(site))), new Text(Plain(SiteRows.NameOf(site)))]);
            if (remark(site) is { } text)
                table.AddRow([.. shown.Select(_ => Text.Empty), new Text(Plain("> " + text), s_remark)]);
        }

        _console.Write(table);
        if (shown.Count < columns.Count)
            Line($"no room for: {string.Join(", ", columns.Except(shown).Select(column => column.Name))} (a wider terminal or --json shows them)");
    }

    public void Tree(CallTree tree) => _console.Write(TreeDrawing.Of(tree));

    /// <summary>An escape in a name would be the terminal's to carry out.</summary>
    internal static string Plain(string text) => text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? '?' : c)) : text;

    private static int WidthOf(SiteColumn column, IReadOnlyList<SiteView> sites) => sites.Select(site => column.Text(site).Length).Append(column.Name.Length).Max();
}
