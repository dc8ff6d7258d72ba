using System.Diagnostics;
using Faultline.Libc;
using Faultline.Tool.Running;
using Faultline.Tool.Verbs;
using Faultline.Tracing.Generation;
using Faultline.Tracing.Text;

namespace Faultline.Tool.Verifying;

/// <summary>Random traces on both sides until one differs or enough were replayed.</summary>
internal static class Fuzzing
{
    private const int PrintedOperations = 60;

    /// <summary>Answers the exit code; <paramref name="compare"/> holds a trace of a name against the real library.</summary>
    public static int Run(FuzzRequest request, HostProfile host, Func<string, TextTrace, TraceRow> compare, TextWriter output, TextWriter error)
    {
        using NewFile? file = request.Output == null ? null : NewFile.Create(request.Output, request.Force);
        VerificationText.WriteHost(host, output);
        // A file gets a line for each million; the bar is for terminals.
        (long batch, TextTrace trace, TraceRow row, long done) = Progress.OnTerminal(error).Counting(
            "comparing", "operations", request.Operations, tell => Search(request, compare, tell, Terminal.Is(error) ? TextWriter.Null : error));
        if (!row.Same)
        {
            Report(request, batch, trace, row, compare, file, output, error);
            return ExitCodes.Differs;
        }

        output.WriteLine($"{done} operations in {(done + FuzzRequest.BatchOperations - 1) / FuzzRequest.BatchOperations} traces, all identical. Repeat with: {Repeat(request)}");
        return ExitCodes.Fine;
    }

    /// <summary>The first batch that differs, or the last of all.</summary>
    private static (long Batch, TextTrace Trace, TraceRow Row, long Done) Search(FuzzRequest request, Func<string, TextTrace, TraceRow> compare, Action<long> tell, TextWriter lines)
    {
        Stopwatch since = Stopwatch.StartNew();
        long done = 0, spoken = 0;
        for (long batch = 0; ; batch++)
        {
            TraceProfile profile = request.ProfileOf(batch);
            int length = (int)Math.Min(FuzzRequest.BatchOperations, request.Operations - done);
            TextTrace trace = TraceGenerator.Generate(profile, request.SeedOf(batch), length);
            TraceRow row = compare(profile.Name, trace);
            if (!row.Same)
                return (batch, trace, row, done);
            done += length;
            tell(done);
            if (done / 1_000_000 > spoken)
                lines.WriteLine($"faultline: {done:N0} of {request.Operations:N0} operations identical ({since.Elapsed.TotalSeconds:F0} s)");
            spoken = done / 1_000_000;
            if (done >= request.Operations)
                return (batch, trace, row, done);
        }
    }

    private static void Report(
        FuzzRequest request, long batch, TextTrace trace, TraceRow row, Func<string, TextTrace, TraceRow> compare, NewFile? file, TextWriter output, TextWriter error)
    {
        output.WriteLine($"batch {batch} ({row.Name}, {row.Operations} operations): {row.Outcome}");
        error.WriteLine("faultline: making it shorter");
        // Shorter traces may part at another line; what counts is that they part, and not by failing to replay where this one does not.
        TextTrace small = TraceShrinker.Shrink(trace, t => compare(row.Name, t) is { Same: false } r && r.Failure == null == (row.Failure == null));
        using StringWriter text = new();
        text.Write($"# {compare(row.Name, small).Outcome}\n# from: {Repeat(request)}, batch {batch} ({row.Name})\n");
        TextTraceWriter.Write(small, text);
        string[] lines = text.ToString().TrimEnd('\n').Split('\n');
        foreach (string line in lines.Take(PrintedOperations))
            output.WriteLine(line);
        if (lines.Length > PrintedOperations)
            output.WriteLine($"... {lines.Length - PrintedOperations} more lines");
        string name = request.Output ?? FreeName($"faultline-{request.Seed}-{batch}", request.Force);
        using NewFile? own = file == null ? NewFile.Create(name, request.Force) : null;
        NewFile target = file ?? own!;
        using (StreamWriter writer = new(target.Stream, leaveOpen: true))
            writer.Write(text.ToString());
        target.Commit();
        output.WriteLine($"{small.Operations.Length} operations are left, written to {name}. Repeat with: {Repeat(request)}");
    }

    /// <summary>What was found in a long run must not be lost to a file that is there already.</summary>
    private static string FreeName(string stem, bool force)
    {
        string name = stem + ".trace";
        for (int i = 2; !force && File.Exists(name); i++)
            name = $"{stem}-{i}.trace";
        return name;
    }

    private static string Repeat(FuzzRequest request) =>
        $"faultline verify --fuzz --seed {request.Seed} --ops {request.Operations}{(request.ProfileName == null ? "" : $" --profile {request.ProfileName}")}"
        + (request.Libc == LibcProfile.Default ? "" : $" --libc {request.Libc}") + (request.RealLibc == null ? "" : $" --real-libc {request.RealLibc}");
}
