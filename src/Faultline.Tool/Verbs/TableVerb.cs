using System.CommandLine;
using Faultline.Reporting.Views;
using Faultline.Tool.Viewing;

namespace Faultline.Tool.Verbs;

/// <summary><c>faultline table</c>: all call sites.</summary>
internal static class TableVerb
{
    public const string HelpText = "All call sites, a row each.\n\n" + CostVerbs.Files + """


        Columns, which --sort takes too: faults (minor), requested and usable (bytes, over the whole run), blocks, mmap (blocks with a mapping of
        their own), resident (at the end), left (bytes not freed), temporary (bytes freed by their thread before it allocated again; of traces),
        site. calls, moves and failures are shown where they are sorted by. Most come first; sites in the order of their names.
        --filter takes any part of the file's, method's, type's, assembly's or API's name, in upper or lower case.

        Examples:
          faultline table app.fltrace
          faultline table app.fltrace --sort left --top 20
          faultline table report.json --filter Marshal. --sort requested
          faultline table app.fltrace --filter cache --json

        Exit codes: 0; 2 where the file cannot be read, or does not have the column (the line says why).
        """;

    public static Command Create(string[] afterSeparator, TextWriter output, TextWriter error)
    {
        string[] columns = [.. SiteColumn.Names];
        Option<string?> sort = new("--sort")
        {
            Description = "Most of what comes first. [default: faults, then requested]",
            HelpName = "column",
            CustomParser = result => RunOptions.ParseChoice(result, columns),
        };
        Option<int> top = CostVerbs.Top("sites", int.MaxValue);
        top.Description = "How many sites are shown. [default: all]";
        top.DefaultValueFactory = null;
        Option<string?> filter = new("--filter") { Description = "Only sites with this in one of their names.", HelpName = "text" };
        return CostVerbs.Create("table", "Lists all call sites with their costs.", afterSeparator, output, [sort, top, filter], (parsed, named) =>
        {
            string? by = parsed.GetValue(sort);
            CostView view = CostViewFiles.Open(named, "table", by == "temporary" ? "--sort temporary" : null, within: 0, error);
            SiteRows rows = SiteRows.Table(view, by, parsed.GetValue(filter), parsed.GetResult(top) == null ? int.MaxValue : parsed.GetValue(top));
            return new(page => CostPages.Table(page, view, rows, by), stream => ViewJson.Table(view, rows, stream));
        });
    }
}
