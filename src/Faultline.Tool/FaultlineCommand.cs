using System.CommandLine;
using System.CommandLine.Parsing;
using Faultline.Tool.Verbs;
using Faultline.Weaver;

namespace Faultline.Tool;

/// <summary>The command line: the verbs, and how wrong input and failures are told. No user sees a stack trace.</summary>
public static class FaultlineCommand
{
    /// <summary>Set to 1, it shows the details of an unexpected failure.</summary>
    public const string DebugVariable = "FAULTLINE_DEBUG";

    private const string Separator = "--";

    /// <summary>Runs one command line; answers the exit code.</summary>
    public static int Run(string[] arguments, TextWriter output, TextWriter error)
    {
        try
        {
            return Invoke(arguments, output, error);
        }
        catch (Exception e) when (e is UsageException or UnsupportedApplicationException)
        {
            error.WriteLine($"faultline: {e.Message}");
            return ExitCodes.BadInput;
        }
        catch (Exception e)
        {
            string details = Environment.GetEnvironmentVariable(DebugVariable) == "1" ? e.ToString()
                : $"{e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")} (unexpected; {DebugVariable}=1 shows the details)";
            error.WriteLine($"faultline: {details}");
            return ExitCodes.BadInput;
        }
    }

    private static int Invoke(string[] arguments, TextWriter output, TextWriter error)
    {
        // What stands after the separator is the program's, whatever it looks like: the parser never sees it.
        int separator = Array.IndexOf(arguments, Separator);
        string[] own = separator < 0 ? arguments : arguments[..separator];
        string[] program = separator < 0 ? [] : arguments[(separator + 1)..];

        RootCommand root = Build(program, output, error);
        ParseResult parsed = root.Parse(own, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0 && !AsksForHelp(parsed))
            throw new UsageException(ParseErrors.Describe(parsed));
        return parsed.Invoke(new InvocationConfiguration
        {
            Output = output,
            Error = error,
            EnableDefaultExceptionHandler = false,
            // Signals are the program's; the tool must outlive them to report.
            ProcessTerminationTimeout = null,
        });
    }

    private static RootCommand Build(string[] programArguments, TextWriter output, TextWriter error)
    {
        RootCommand root = new("Shows C# developers, by file and line, what their native memory really costs: where glibc serves it from, "
            + "how many page faults it takes, what leaks and what fragments.")
        {
            RunVerb.Create(programArguments, error),
            TranscriptVerb.Create(programArguments, output, error),
            VerifyVerb.Create(programArguments, output, error),
            SummaryVerb.Create(programArguments, output, error),
            TreeVerb.Create(programArguments, output, error),
            TableVerb.Create(programArguments, output, error),
            TemporaryVerb.Create(programArguments, output, error),
            ReplayVerb.Create(programArguments, output, error),
            ReportVerb.Create(programArguments, error),
            ScenarioVerb.Create(programArguments, output, error),
            WhatIfVerb.Create(programArguments, output, error),
            ExportVerb.Create(programArguments, output, error),
            CheckVerb.Create(programArguments, output, error),
            DiffVerb.Create(programArguments, output, error),
            ProcVerb.Create(programArguments, output, error),
            TopVerb.Create(programArguments, output, error),
        };
        foreach (Command view in ViewVerbs.Create(programArguments, output, error))
            root.Add(view);
        Help.AddTo(root);
        return root;
    }

    private static bool AsksForHelp(ParseResult parsed) => parsed.Action is { ClearsParseErrors: true };
}
