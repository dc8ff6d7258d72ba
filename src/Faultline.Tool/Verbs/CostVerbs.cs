using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Faultline.Reporting.Views;
using Faultline.Tool.Viewing;

namespace Faultline.Tool.Verbs;

/// <summary>What <c>summary</c>, <c>tree</c>, <c>table</c> and <c>temporary</c> share: a file, <c>--json</c>, where and how wide to print.</summary>
internal static class CostVerbs
{
    public const string Files = """
        FILE is a trace that 'faultline replay' reads, a report's JSON (run --json) or a profile (run --profile). A trace is replayed under its own
        settings. Faults and resident pages are the simulated machine's. The width is the terminal's, or COLUMNS; a pipe gets whole lines and no
        colours, as does a terminal under NO_COLOR.
        """;

    /// <param name="name">The verb.</param>
    /// <param name="description">For the list of verbs.</param>
    /// <param name="afterSeparator">The words after "--".</param>
    /// <param name="output">Standard output.</param>
    /// <param name="options">The verb's own.</param>
    /// <param name="show">Reads the named file; answers what it is shown by, as text and as JSON.</param>
    public static Command Create(string name, string description, string[] afterSeparator, TextWriter output, Option[] options, Func<ParseResult, string[], CostShown> show)
    {
        Argument<string[]> files = new("file") { Description = name == "temporary" ? "A trace of any known format." : "A trace of any known format, a report's JSON or a profile." };
        Option<bool> json = new("--json") { Description = "The same in the machine's form." };
        Command command = new(name, description) { files };
        foreach (Option option in (Option[])[.. options, json])
            command.Add(option);
        command.SetAction(parsed =>
        {
            CostShown shown = show(parsed, TraceFiles.Named(parsed.GetValue(files), afterSeparator, command));
            if (parsed.GetValue(json))
                NewFile.Put(null, output, shown.Json);
            else
                ViewPage.Write(output, ViewLayout.Of(output), shown.Text);
            return ExitCodes.Fine;
        });
        return command;
    }

    public static Option<int> Top(string what, int usual) => new("--top")
    {
        Description = $"How many {what} are shown.",
        HelpName = "n",
        DefaultValueFactory = _ => usual,
        CustomParser = result => RunOptions.ParseNumber(result, int.MaxValue),
    };

    /// <summary>"2%" or "2": two percent, as 0.02.</summary>
    public static double ParseShare(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (double.TryParse(text.EndsWith('%') ? text[..^1] : text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double percent) && percent <= 100)
            return percent / 100;
        result.AddError($"{((OptionResult)result.Parent!).Option.Name} {text} is not a share: give 0% to 100%");
        return 0;
    }
}

/// <summary>A view, ready to be written in one of its forms.</summary>
internal sealed record CostShown(Action<ViewPage> Text, Action<Stream> Json);
