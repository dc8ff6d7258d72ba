using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using Faultline.Reporting;
using Faultline.Reporting.Html;
using Faultline.Tool.Running;
using Faultline.Tool.Viewing;
using Faultline.Tracing.Replay;

namespace Faultline.Tool.Verbs;

/// <summary><c>faultline report</c>: a trace as one HTML page that opens from disk.</summary>
internal static class ReportVerb
{
    public const string HelpText = """
        The page is one file: no server, no network, any browser, light or dark as the system is. It says which three sites to change and what
        that would save, and shows why: timeline, flame graph, sites, heap page by page, free memory of the machine, leaks, /proc.

        Traces are those of 'faultline replay': recorded with 'faultline run --trace', or of heaptrack, mtrace or text. The trace is replayed
        twice, so a pipe will not do.

        Examples:
          faultline run --trace app.fltrace App.csproj     and then: faultline report app.fltrace
          faultline report app.fltrace -o before.html --title "Before the pool"
          faultline report app.fltrace --memory-limit 256MiB --swap 1GiB     as in a container of that size
          faultline report app.fltrace --whatif settings.json                with what 'faultline whatif --json' found
          faultline report app.fltrace --no-source --confidential 'Contoso'  for somebody outside

        --confidential takes a regular expression. Every name in which it matches (path, assembly, type, method, wherever it stands in the page)
        becomes name-1, name-2 and so on. The page holds no contents of memory; with symbols it shows the source lines around each site, as the files are
        on this machine now, unless --no-source says not to.

        Exit codes: 0; 2 where the trace cannot be read at all or the page not be written (the line says why).
        """;

    public static Command Create(string[] afterSeparator, TextWriter error)
    {
        Argument<string[]> traces = new("trace") { Description = "A trace of any known format, plain or compressed." };
        Option<string?> file = new("--output", "-o") { Description = "The page's file. [default: the trace's name with .html, in this folder]", HelpName = "file" };
        Option<bool> force = new("--force", "-f") { Description = "Overwrite the page's file." };
        Option<string?> title = new("--title") { Description = "The page's heading. [default: the program's name]", HelpName = "text" };
        Option<bool> noSource = new("--no-source") { Description = "Leave out the lines of source around each site." };
        Option<Regex?> confidential = new("--confidential")
        {
            Description = "Replace every name in which this regular expression matches.",
            HelpName = "pattern",
            CustomParser = ParsePattern,
        };
        Option<string?> whatIf = new("--whatif") { Description = "Show this result of 'faultline whatif --json' too.", HelpName = "file" };
        ReplayVerbOptions options = new();
        Command command = new("report", "Makes one HTML page of a trace, with pictures, that opens from disk.") { traces };
        foreach (Option option in (Option[])[file, force, title, noSource, confidential, whatIf, .. options.All])
            command.Add(option);
        command.SetAction(parsed =>
        {
            string path = TheOne(TraceFiles.Named(parsed.GetValue(traces), afterSeparator, command));
            HtmlOptions page = new()
            {
                Title = parsed.GetValue(title),
                IncludesSource = !parsed.GetValue(noSource),
                Confidential = parsed.GetValue(confidential),
                WhatIf = parsed.GetValue(whatIf) is { } result ? ReadWhatIf(result) : null,
            };
            TraceFiles.RequireRereadable(path);
            string named = parsed.GetValue(file) ?? DefaultName(path);
            using NewFile target = NewFile.Create(named, parsed.GetValue(force));
            InspectedReplay replay = new(path, options.Read(parsed, Path.GetFileName(path)), options.AssumesTouches(parsed), options.OverridesTrace(parsed));
            Report report = Progress.OnTerminal(error).Reading($"replaying {Path.GetFileName(path)}", replay.Build);
            HtmlReport.Write(report, page, target.Stream);
            long bytes = target.Stream.Length;
            target.Commit();
            error.WriteLine($"faultline: {named} ({bytes / (1024.0 * 1024):0.0} MiB): open it in a browser");
            return ExitCodes.Fine;
        });
        return command;
    }

    private static string TheOne(string[] named) => named.Length == 1 ? named[0]
        : throw new UsageException($"{(named.Length == 0 ? "no trace" : "more than one trace")} given: faultline report <trace>");

    /// <summary>app.trace.gz gives app.html.</summary>
    private static string DefaultName(string trace)
    {
        string name = Path.GetFileName(trace);
        foreach (string extension in (string[])[".gz", ".zst", ".fltrace", ".trace"])
            if (name.EndsWith(extension, StringComparison.Ordinal) && name.Length > extension.Length)
                name = name[..^extension.Length];
        return name + ".html";
    }

    private static WhatIfTable ReadWhatIf(string path)
    {
        try
        {
            return WhatIfReader.Read(TextFile.Read(path, "what 'faultline whatif --json' wrote"));
        }
        catch (FormatException e)
        {
            throw new UsageException($"--whatif {path}: {e.Message}");
        }
    }

    internal static Regex? ParsePattern(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        try
        {
            return HtmlOptions.ParseConfidential(text);
        }
        catch (ArgumentException e)
        {
            result.AddError($"--confidential '{text}' is no pattern that can be used: {e.Message.ReplaceLineEndings(" ")}");
            return null;
        }
    }
}
