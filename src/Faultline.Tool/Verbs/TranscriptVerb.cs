using System.CommandLine;
using Faultline.Libc;
using Faultline.Tool.Running;
using Faultline.Tracing.Text;
using Faultline.Tracing.Transcripts;

namespace Faultline.Tool.Verbs;

/// <summary><c>faultline transcript</c>: what the model does with a text trace, line by line.</summary>
internal static class TranscriptVerb
{
    public const string HelpText = """
        A text trace has one operation a line (a ID SIZE malloc, c ID N SIZE calloc, r ID SIZE realloc, m ID ALIGN SIZE
        memalign, f ID free, t/R ID OFFSET LENGTH write/read, x malloc_trim, i mallinfo2); lines that begin with T<n> name
        their thread. The transcript's lines begin with the operation's number:
          S   a system call          F   minor faults             A/M/H/B/N  where the block is: heap, mapping, arena, ..., NULL
          G/D/U  arena made, left, joined    E  totals            Z   malloc_info

        Examples:
          faultline transcript app.trace.gz
          faultline transcript app.trace --output app.transcript --force
          faultline transcript app.trace --libc glibc-2.41

        Exit codes: 0; 2 where the trace cannot be read (the line says which line of it and why).
        """;

    public static Command Create(string[] afterSeparator, TextWriter output, TextWriter error)
    {
        Argument<string[]> traces = new("trace") { Description = "A text trace, plain or gzip-compressed, with or without threads." };
        Option<string?> file = new("--output", "-o") { Description = "Write to this file, not to standard output.", HelpName = "file" };
        Option<bool> force = new("--force", "-f") { Description = "Overwrite the --output file." };
        Option<LibcProfile?> libc = LibcOption.Create(LibcProfile.Default.Name);
        Command command = new("transcript", "Replays a text trace on the simulated libc and kernel and prints every pointer, system call and page fault.") { traces, libc, file, force };
        command.SetAction(parsed =>
        {
            string[] named = TraceFiles.Named(parsed.GetValue(traces), afterSeparator, command);
            if (named.Length != 1)
                throw new UsageException($"{(named.Length == 0 ? "no trace" : "more than one trace")} given: faultline transcript <trace[.gz]>");
            Write(named[0], parsed.GetValue(libc), parsed.GetValue(file), parsed.GetValue(force), output, error);
            return ExitCodes.Fine;
        });
        return command;
    }

    private static void Write(string path, LibcProfile? libc, string? file, bool force, TextWriter output, TextWriter error)
    {
        // The output is tried first: what forbids writing should not wait for the replay of a long trace.
        using NewFile? target = file == null ? null : NewFile.Create(file, force);
        TextTrace trace = TraceFiles.Read(path);
        if (target != null)
        {
            Progress.OnTerminal(error).Counting($"replaying {Path.GetFileName(path)}", "operations", trace.Operations.Length, tell => Write(trace, libc, target.Stream, tell));
            target.Commit();
            return;
        }

        using TextStream stream = new(output);
        // What is printed to the same terminal shows how far it is.
        if (Terminal.IsOutput(output))
            Transcript.Write(trace, stream, libc);
        else
            Progress.OnTerminal(error).Counting($"replaying {Path.GetFileName(path)}", "operations", trace.Operations.Length, tell => Write(trace, libc, stream, tell));
    }

    private static bool Write(TextTrace trace, LibcProfile? libc, Stream stream, Action<long> tell)
    {
        Transcript.Write(trace, stream, libc, tell);
        return true;
    }
}
