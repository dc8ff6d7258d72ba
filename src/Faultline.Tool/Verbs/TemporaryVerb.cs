using System.CommandLine;
using System.Globalization;
using Faultline.Reporting.Views;
using Faultline.Tool.Viewing;

namespace Faultline.Tool.Verbs;

/// <summary><c>faultline temporary</c>: blocks that did not live long enough to be worth a call of the allocator.</summary>
internal static class TemporaryVerb
{
    public const string HelpText = """
        Blocks that the thread which allocated them freed soon after: with at most --within other allocations of that thread between. A buffer of
        the method, stackalloc or one block kept for all of them would do. --within 0 is what heaptrack counts, 1 what memray does. FILE is a trace:
        results in JSON do not say how long blocks lived.

        Examples:
          faultline temporary app.fltrace
          faultline temporary app.fltrace --within 0 --top 5
          faultline temporary heaptrack.app.4711.zst --within 8 --json

        Exit codes: 0; 2 where the trace cannot be read (the line says why).
        """;

    private const ulong UsualWithin = 1;
    private const int UsualTop = 20;

    public static Command Create(string[] afterSeparator, TextWriter output, TextWriter error)
    {
        Option<ulong> within = new("--within")
        {
            Description = "Most other allocations of the thread between a block's allocation and its free.",
            HelpName = "n",
            DefaultValueFactory = _ => UsualWithin,
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                if (!ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number))
                    result.AddError($"--within {text} is not a number: give 0 or more");
                return number;
            },
        };
        Option<int> top = CostVerbs.Top("sites", UsualTop);
        return CostVerbs.Create("temporary", "Lists the sites whose blocks are freed right after they were allocated.", afterSeparator, output, [within, top], (parsed, named) =>
        {
            ulong most = parsed.GetValue(within);
            CostView view = CostViewFiles.Open(named, "temporary", "faultline temporary", most, error);
            SiteRows rows = SiteRows.Temporary(view, most, parsed.GetValue(top));
            return new(page => CostPages.Temporary(page, view, rows), stream => ViewJson.Temporary(view, rows, most, stream));
        });
    }
}
