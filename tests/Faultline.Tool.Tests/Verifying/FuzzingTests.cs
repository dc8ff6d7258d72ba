using Faultline.Libc;
using Faultline.Tool.Verifying;
using Faultline.Tracing.Generation;
using Faultline.Tracing.Text;

namespace Faultline.Tool.Tests.Verifying;

/// <summary>What the fuzzer does when model and library part: here a library that answers wrongly to memalign.</summary>
public sealed class FuzzingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("faultline-tests-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_failing_trace_is_shortened_printed_and_written()
    {
        string file = Path.Combine(_folder, "found.trace");
        (int code, string output) = Run(file, 30_000, WrongMemalign);
        Assert.Equal(ExitCodes.Differs, code);
        Assert.Contains("batch 0 (memalign, 20000 operations): differs at operation ", output);
        Assert.Contains("# from: faultline verify --fuzz --seed 9 --ops 30000 --profile memalign --libc glibc-2.41, batch 0 (memalign)", output);
        TraceOperation left = Assert.Single(TextTraceReader.Read(file).Operations);
        Assert.Equal(TraceAction.Memalign, left.Action);
        Assert.Contains($"\nm {left.Block} {left.A} {left.B}\n", output);
        Assert.Single(Directory.EnumerateFileSystemEntries(_folder));
    }

    [Fact]
    public void Without_a_difference_every_operation_is_counted_and_no_file_is_left()
    {
        long replayed = 0;
        (int code, string output) = Run(Path.Combine(_folder, "none.trace"), 50_001, (name, trace) =>
        {
            replayed += trace.Operations.Length;
            return new TraceRow(name, trace.Operations.Length, null, null);
        });
        Assert.Equal((ExitCodes.Fine, 50_001), (code, replayed));
        Assert.Contains("50001 operations in 3 traces, all identical", output);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
    }

    private static TraceRow WrongMemalign(string name, TextTrace trace)
    {
        int at = Array.FindIndex(trace.Operations, o => o.Action == TraceAction.Memalign);
        return new TraceRow(name, trace.Operations.Length, at < 0 ? null : new Difference(at, $"{at} A 0 1", $"{at} N"), null);
    }

    private static (int Code, string Output) Run(string file, long operations, Func<string, TextTrace, TraceRow> compare)
    {
        TraceProfile[] profiles = [.. TraceProfile.All.Where(p => p.Name == "memalign")];
        using StringWriter output = new(), error = new();
        LibcProfile libc = LibcProfile.Glibc241;
        int code = Fuzzing.Run(new FuzzRequest(9, operations, profiles, "memalign", file, Force: false, libc, RealLibc: null), HostProfile.Read(libc), compare, output, error);
        return (code, output.ToString());
    }
}
