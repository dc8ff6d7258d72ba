using System.CommandLine;
using Faultline.Tool.Profiling;
using Faultline.Tool.Running;

namespace Faultline.Tool.Verbs;

/// <summary><c>faultline run</c>: the words, and the order of the steps. What can be wrong is found before the program starts.</summary>
internal static class RunVerb
{
    public static Command Create(string[] programArguments, TextWriter error)
    {
        Argument<string> target = new("program")
        {
            Description = "A project folder, a .csproj, an app.dll, or an executable.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Argument<string[]> arguments = new("arguments")
        {
            Description = "The program's own arguments. Put them after -- if one of them starts with a dash.",
        };
        RunOptions options = new();
        Command command = new("run", "Runs a program with its native memory routed through the simulated libc and kernel, "
            + "and reports what it cost, by file and line.");
        command.Add(target);
        command.Add(arguments);
        foreach (Option option in options.All)
            command.Add(option);
        command.SetAction(parsed =>
        {
            string? named = parsed.GetValue(target);
            bool isFirst = named == null || parsed.Tokens.ToList().FindIndex(token => token.Value == named) > parsed.Tokens.ToList().FindIndex(token => token.Value == "--profile");
            string?[] words = [options.ProgramBehindProfile(parsed, isFirst), named, .. parsed.GetValue(arguments) ?? []];
            return Run(options.Read(parsed, TargetAndArguments(words, programArguments, command)), error);
        });
        return command;
    }

    /// <summary>"run app.dll in.txt -- -v" and "run -- app.dll in.txt -v" both start app.dll with in.txt and -v.</summary>
    private static string[] TargetAndArguments(string?[] words, string[] afterSeparator, Command command)
    {
        string[] before = [.. words.OfType<string>()];
        foreach (string word in before)
            if (ParseErrors.UnknownOption(word, command) is { } unknown)
                throw new UsageException(unknown);
        return before.Length + afterSeparator.Length > 0 ? [.. before, .. afterSeparator]
            : throw new UsageException("no program given: faultline run <project folder | .csproj | app.dll | executable>");
    }

    private static int Run(RunRequest request, TextWriter error)
    {
        using ReportOutput output = ReportOutput.Open(request);
        using ProfileOutput? profile = ProfileOutput.Open(request);
        using NewFile? trace = (request.TracePath ?? profile?.TracePath) is { } path ? NewFile.Create(path, request.Force, "--trace") : null;
        Progress progress = Progress.To(error, request.Quiet);
        string application = Target.Resolve(request.Target, progress);
        ProgramRun run = ProgramRun.Start(application, request, trace, progress);
        output.Write(run, request, error);
        profile?.Write(run, application, progress, error);
        return run.ExitCode;
    }
}
