using System.CommandLine;
using Faultline.Reporting;
using Faultline.Tool.Running;
using Faultline.Tool.Verifying;
using Faultline.Tracing.Events;
using Faultline.Tracing.Replay;
using Faultline.Tracing.WhatIf;

namespace Faultline.Tool.Verbs;

/// <summary><c>faultline whatif</c>: one trace under every combination of settings, and which of them is best.</summary>
internal static class WhatIfVerb
{
    public const string HelpText = """
        Replays a trace (of any format that 'faultline replay' reads) on the simulated libc and kernel once for each combination
        of the values given, and once as it was recorded. --ram, --cpus, --thp, --libc, --arena-max and --tunables hold for all rows
        that do not vary the setting.

        Settings to vary:
          malloc.arena_max  malloc.arena_test  malloc.mmap_threshold  malloc.trim_threshold  malloc.top_pad  malloc.mmap_max
          malloc.tcache_count  malloc.tcache_max  malloc.tcache_unsorted_limit  malloc.mxfast  malloc.perturb
          thp (never, madvise, always)  cpus  ram  libc (glibc-2.36, glibc-2.39, glibc-2.41)
        Sizes are numbers with an optional unit (64K, 1M). 'default' is the setting not set; for the two thresholds that is
        'dynamic': frees move them.

        Examples:
          faultline whatif app.fltrace --vary malloc.arena_max=1,2,8
          faultline whatif app.trace.gz --vary malloc.mmap_threshold=64K,128K,1M,dynamic --vary thp=never,madvise,always
          faultline whatif heaptrack.app.4711.zst --vary malloc.trim_threshold=128K,8M --best-by end
          faultline whatif app.fltrace --vary ram=512M,1G --vary malloc.arena_max=1,default --json --output whatif.json
          faultline whatif app.fltrace --vary libc=glibc-2.36,glibc-2.41 --best-by faults
          faultline whatif app.trace.gz --vary malloc.arena_max=1,2,8 --real
          faultline whatif app.fltrace --vary malloc.arena_max=1,2,8 --real-run -- dotnet app.dll input.txt
          faultline whatif app.trace.gz --vary malloc.tcache_count=0,7,100 --best-by time --jobs 1

        What the columns mean stands below the table. The best row's settings follow it, ready to paste.

        Exit codes: 0; 2 for a value that is not allowed, too many combinations, or a trace that cannot be read.
        """;

    public static Command Create(string[] afterSeparator, TextWriter output, TextWriter error)
    {
        Argument<string[]> traces = new("trace") { Description = "A trace of any known format, plain or compressed." };
        WhatIfVerbOptions options = new();
        ReplayVerbOptions replay = new();
        Command command = new("whatif", "Replays a trace under every combination of settings and says which is best.") { traces };
        foreach (Option option in (Option[])[.. options.All, .. replay.All])
            command.Add(option);
        command.SetAction(parsed =>
        {
            string[] named = TraceFiles.Named(parsed.GetValue(traces), options.RunsProgram(parsed) ? [] : afterSeparator, command);
            if (named.Length != 1)
                throw new UsageException($"{(named.Length == 0 ? "no trace" : "more than one trace")} given: faultline whatif <trace> --vary name=value,value…");
            WhatIfRequest request = options.Read(parsed, afterSeparator);
            ReplayOptions own = replay.Read(parsed, Path.GetFileName(named[0]));
            if (request.Real || request.RealRun != null)
                RealSettings.Require(request);
            // Malloc's limit of arenas is a multiple of the processors: the program runs on this machine's.
            if (request.RealRun != null)
                own = own with { Cpus = own.Cpus ?? Environment.ProcessorCount };
            using NewFile? target = request.Output is { } path ? NewFile.Create(path, request.Force) : null;
            WhatIfResult result = Replay(named[0], request, own, replay.AssumesTouches(parsed), error);
            WhatIfFacts facts = WhatIfFacts.Of(result.Baseline, named[0], request.BestBy, replay.OverridesTrace(parsed));
            Write(result, facts with { Real = Real(named[0], request, result, error) }, request, target, output);
            return ExitCodes.Fine;
        });
        return command;
    }

    private static WhatIfResult Replay(string path, WhatIfRequest request, ReplayOptions own, bool assumes, TextWriter error)
    {
        TraceFiles.RequireRereadable(path);
        TraceMetadata trace;
        using (ITraceSource source = TraceFiles.Open(path))
            trace = source.Metadata;
        TraceFiles.RequireNoTouches(path, trace, assumes);
        WhatIfPlan plan = new(request.Variations, trace, own);
        return Progress.OnTerminal(error).Bar(
            $"replaying {Path.GetFileName(path)}", plan.Combinations.Count, told => WhatIfRun.Run(plan, () => TraceFiles.Open(path), request.Jobs, told));
    }

    private static RealComparison? Real(string path, WhatIfRequest request, WhatIfResult result, TextWriter error)
        => request.Real ? RealSettings.Replay(path, result)
        : request.RealRun is { } command ? Progress.OnTerminal(error).Bar(
            $"running {command[0]}", result.Rows.Count * request.Repeats, ran => RealSettings.Run(command, request.Repeats, result, ran))
        : null;

    private static void Write(WhatIfResult result, WhatIfFacts facts, WhatIfRequest request, NewFile? target, TextWriter output)
        => NewFile.Put(target, output, stream =>
        {
            if (request.Json)
            {
                WhatIfJson.Write(result, facts, stream);
                return;
            }

            using StreamWriter writer = new(stream, leaveOpen: true) { NewLine = "\n" };
            WhatIfText.Write(result, facts, writer, new TextOptions());
        });
}
