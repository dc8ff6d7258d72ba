using System.CommandLine;
using Faultline.Libc;
using Faultline.Tool.Running;
using Faultline.Tool.Verifying;
using Faultline.Tracing.Generation;
using Faultline.Tracing.Text;

namespace Faultline.Tool.Verbs;

/// <summary><c>faultline verify</c>: the model held against the C library and kernel of this machine.</summary>
internal static class VerifyVerb
{
    public const string HelpText = """
        Compiles a small driver with the C compiler of this machine, replays the traces on the real malloc in fresh processes and on
        the model, and compares block places, system calls, minor faults, mallinfo2, malloc_info and the heap's resident pages,
        operation by operation. Then compares page faults and resident pages of a few kernel scenarios. Without traces a built-in
        set of generated ones is taken.

        With --time both sides replay each trace without threads as fast as they can, with and without its touches, nine times each
        in turn; the least processor time of each counts. What is compared is the model alone, without reports and call sites.

        Not compared: which arena a thread is attached to before it has a block there, and sums that follow from other lines.

        --libc says which glibc the model is. --real-libc compares with one that is not this machine's: unpacked, it need not be installed.

        Examples:
          faultline verify
          faultline verify app.trace.gz other.trace
          faultline verify --time app.trace.gz
          faultline verify --fuzz --seed 7 --ops 1000000
          faultline verify --fuzz --profile threads --ops 200000
          faultline verify --libc glibc-2.41 --real-libc trixie/usr/lib/x86_64-linux-gnu      after dpkg-deb -x libc6_2.41….deb trixie

        Exit codes: 0 identical; 1 a difference; 2 nothing could be compared (no compiler, a trace that cannot be read).
        """;

    private const int BuiltInOperations = 5000;

    public static Command Create(string[] afterSeparator, TextWriter output, TextWriter error)
    {
        Argument<string[]> traces = new("trace") { Description = "Text traces, plain or gzip-compressed; none: a built-in set.", Arity = ArgumentArity.ZeroOrMore };
        VerifyOptions options = new();
        Command command = new("verify", "Replays traces on this machine's real C library and compares it with the model, operation by operation.") { traces };
        foreach (Option option in options.All)
            command.Add(option);
        command.SetAction(parsed =>
        {
            string[] named = TraceFiles.Named(parsed.GetValue(traces), afterSeparator, command);
            HostFacts.Require("verify");
            FuzzRequest? fuzz = options.ReadFuzz(parsed, named);
            LibcProfile profile = options.Libc(parsed);
            string? folder = options.RealLibc(parsed);
            // Traces are read first: a bad one should not wait for the compiler.
            List<(string, TextTrace)> read = [.. named.Select(path => (path, TraceFiles.Read(path)))];
            string compiler = Compiler.Find() ?? throw new UsageException("nothing could be compared: no C compiler (cc or gcc) on PATH; install one, on Debian: apt-get install gcc libc6-dev");
            using RealReplay real = new(compiler, folder);
            HostProfile host = HostProfile.Read(profile, real.LibcVersion);
            if (options.WantsTime(parsed))
                return Time(WithBuiltIn(read), real, host, options.WantsJson(parsed), output, error);
            return fuzz != null ? Fuzzing.Run(fuzz, host, (name, trace) => Verification.Compare(name, trace, real, profile), output, error)
                : Compare(read, real, host, options.WantsJson(parsed), output, error);
        });
        return command;
    }

    private static List<(string Name, TextTrace Trace)> WithBuiltIn(List<(string Name, TextTrace Trace)> traces)
        => traces.Count > 0 ? traces
        : [.. TraceProfile.All.Select(profile => ($"generated: {profile.Name}", TraceGenerator.Generate(profile, 1, BuiltInOperations)))];

    private static int Time(List<(string Name, TextTrace Trace)> traces, RealReplay real, HostProfile host, bool json, TextWriter output, TextWriter error)
    {
        SpeedComparison.WarmUp(host.Modelled);
        List<SpeedRow> rows = Each(traces, "timing", error, (name, trace) => SpeedComparison.Compare(Path.GetFileName(name), trace, real, host.Modelled));
        if (json)
            output.WriteLine(SpeedText.Json(rows));
        else
            SpeedText.Write(rows, host, output);
        return ExitCodes.Fine;
    }

    /// <summary>A row a trace; what is left is estimated by their operations.</summary>
    private static List<T> Each<T>(List<(string Name, TextTrace Trace)> traces, string label, TextWriter error, Func<string, TextTrace, T> row)
        => Progress.OnTerminal(error).Counting(label, "operations", traces.Sum(entry => (long)entry.Trace.Operations.Length), tell =>
        {
            List<T> rows = [];
            long done = 0;
            foreach ((string name, TextTrace trace) in traces)
            {
                rows.Add(row(name, trace));
                tell(done += trace.Operations.Length);
            }

            return rows;
        });

    private static int Compare(List<(string Name, TextTrace Trace)> traces, RealReplay real, HostProfile host, bool json, TextWriter output, TextWriter error)
    {
        List<TraceRow> rows = Each(WithBuiltIn(traces), "comparing", error, (name, trace) => Verification.Compare(name, trace, real, host.Modelled));
        Verification result = new(host, rows, KernelProbe.Compare(real.Probe()));
        if (json)
            output.WriteLine(VerificationText.Json(result));
        else
            VerificationText.Write(result, output);
        return result.Same ? ExitCodes.Fine : ExitCodes.Differs;
    }
}
