using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Faultline.Tool.Verbs;

namespace Faultline.Tool;

/// <summary>What the help says below the list of options: examples, exit codes, what the report's words mean.</summary>
internal static class Help
{
    public const string Root = """
        Examples:
          faultline run --trace app.fltrace samples/ImagePipeline      build a project, run it, report, and record it
          faultline summary app.fltrace                                the answer in twenty lines
          faultline tree app.fltrace --metric faults                   who called for it
          faultline table app.fltrace --sort left                      all call sites
          faultline temporary app.fltrace                              blocks that are freed right after they were allocated
          faultline replay app.fltrace --memory-limit 256MiB           the same report from a trace, under other settings
          faultline report app.fltrace -o app.html                     the same as a page with pictures
          faultline whatif app.fltrace --vary malloc.arena_max=1,2,4   which settings would cost less
          faultline export app.fltrace --format pprof -o app.pb.gz     for speedscope, pprof, ms_print, flame graphs and notebooks
          faultline check App.faultline.json --max-leak 1KB            limits for a build: exit code 1 where one is breached
          faultline diff old.json new.json                             what changed between two runs, by call
          faultline verify                                             hold the model against this machine's libc and kernel
          faultline transcript app.trace.gz                            what malloc and the kernel do, operation by operation
          faultline scenario samples/scenarios/oom-adj.scn             a story told to the simulated kernel, with expectations
          faultline proc app.fltrace /proc/1/smaps                     the simulated /proc at any moment of a trace or story
          faultline top --live                                         programs that run under Faultline now
          faultline free samples/scenarios/page-cache.scn              memory and swap of the simulated machine
          faultline vmstat app.fltrace                                 the machine's memory, swap, input and output

        Exit codes:
          run answers the program's own exit code (128 + signal if a signal ended it), and 2 when the
          program could not be started: bad usage, no such file, not a .NET application, a build error.

        'faultline run --help' explains the report; each verb's --help has more examples.
        """;

    public const string Run = """
        The program's standard streams, terminal, signals and exit code are its own, as if it had been started
        without Faultline. The report goes to standard error, or with --output to a file.

        Examples:
          faultline run samples/LeakyCache
          faultline run --top 30 App.csproj -- --input data.bin --fast
          faultline run --ram 512MiB --thp always bin/Release/net10.0/App.dll
          faultline run --output report.txt --force ./App
          faultline run --json --output report.json samples/LeakyCache
          faultline run --trace app.fltrace --stacks sample App.csproj
          faultline run --trace app.fltrace App.csproj      and then: faultline replay app.fltrace --thp always
          faultline run --profile --force samples/LeakyCache     the measured costs, for the rules to show at their lines

        --trace records every call, touch and snapshot of all threads, with the call sites' lines, at 4 to 8 bytes an event
        as a rule. The file gets its name when the program has ended, however it ended. A disk that fills up ends the
        recording and not the program; the report's header says so, and the trace is good up to there.

        --stacks records the call stack too, of every allocation (all) or of a sample: allocations are chosen by their bytes, one in
        512 KiB on average (sample:64KiB is denser and costs more), and each counts for as many as it stands for. The header says how
        many stacks were walked and how long that took.

        --profile writes NAME.faultline.json: per call what it asked for, what that cost, what was left. The rules of Faultline.Analyzers show
        it in the editor and the build (FLT2001 to FLT2003) where the call stands, wherever its line has moved to.

        What the report's columns mean:
          faults        page faults that touching this site's blocks took (minor: no disk involved)
          requested     bytes asked for, over the whole run
          blocks        how many blocks that were; brk: cut from the heap; mmap: given a mapping of their own
          resident      memory that is present for this site at the last snapshot
          live at exit  blocks not freed when the program ended, and their bytes
          site          File.cs:line Method, or Assembly!Type.Method without symbols, and the API called there
        The other words (stranded, retained, unusable index ...) are defined at the report's end.

        Sizes are a number with B, K, M, G or T (also KiB, MB and so on), in powers of 1024.
        The simulated machine has 16GiB (or the host's memory where that is more) and 2 CPUs unless told otherwise, so that
        reports of one program can be compared across machines.

        Exit codes:
          the program's own (128 + signal if a signal ended it);
          2 when it could not be started: bad usage, no such file, not a .NET application, a build error.

        FAULTLINE_DEBUG=1 in the environment shows the details of an unexpected failure of Faultline itself.
        """;

    private const int Width = 104;

    /// <summary>Adds the texts to what <c>--help</c> writes; the root's help option is the one that all verbs have.</summary>
    public static void AddTo(RootCommand root)
    {
        HelpOption option = root.Options.OfType<HelpOption>().Single();
        HelpAction standard = (HelpAction)option.Action!;
        if (Console.IsOutputRedirected)
            standard.MaxWidth = Width;
        option.Action = new ExtendedHelp(standard);
    }

    private sealed class ExtendedHelp(HelpAction standard) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parsed)
        {
            int result = standard.Invoke(parsed);
            parsed.InvocationConfiguration.Output.WriteLine(TextOf(parsed.CommandResult.Command.Name));
            return result;
        }

        private static string TextOf(string verb) => verb switch
        {
            "run" => Run,
            "transcript" => TranscriptVerb.HelpText,
            "verify" => VerifyVerb.HelpText,
            "summary" => SummaryVerb.HelpText,
            "tree" => TreeVerb.HelpText,
            "table" => TableVerb.HelpText,
            "temporary" => TemporaryVerb.HelpText,
            "replay" => ReplayVerb.HelpText,
            "report" => ReportVerb.HelpText,
            "scenario" => ScenarioVerb.HelpText,
            "whatif" => WhatIfVerb.HelpText,
            "export" => ExportVerb.HelpText,
            "check" => CheckVerb.HelpText,
            "diff" => DiffVerb.HelpText,
            "proc" => ProcVerb.HelpText,
            "top" => TopVerb.HelpText,
            "free" or "vmstat" => ViewVerbs.HelpText,
            _ => Root,
        };
    }
}
