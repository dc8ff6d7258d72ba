using System.IO.Compression;
using System.Text;
using Faultline.TestSupport;
using Faultline.Tracing.Text;
using Faultline.Tracing.Transcripts;

namespace Faultline.Tracing.Tests.Transcripts;

/// <summary>
/// The model against the real thing: beside each trace lies what glibc 2.36 on Linux did with it, every pointer, system
/// call, page fault and total. The model's transcript must be the same text.
/// </summary>
public class TranscriptTests
{
    /// <summary>Whether the real runs agreed with each other: a line about the recording, not about the allocator.</summary>
    private const string HostLine = "E deterministic";

    public static TheoryData<string> Committed => Names(Repository.Path("tests", "Faultline.Tracing.Tests", "Traces"));

    public static TheoryData<string> Shared => Names(Repository.SharedTraces);

    [Theory]
    [MemberData(nameof(Committed))]
    public void A_committed_trace_gives_what_the_real_libc_did(string name) =>
        Compare(Repository.Path("tests", "Faultline.Tracing.Tests", "Traces"), name);

    [SharedTracesTheory]
    [MemberData(nameof(Shared))]
    public void A_recorded_trace_gives_what_the_real_libc_did(string name) => Compare(Repository.SharedTraces!, name);

    [Fact]
    public void The_same_trace_gives_the_same_bytes()
    {
        string folder = Repository.Path("tests", "Faultline.Tracing.Tests", "Traces");
        TextTrace trace = TextTraceReader.Read(Path.Combine(folder, "mt-first.trace.gz"));
        Assert.Equal(Replay(trace).ToArray(), Replay(trace).ToArray());
    }

    private static void Compare(string folder, string name)
    {
        using MemoryStream model = Replay(TextTraceReader.Read(Path.Combine(folder, name + ".trace.gz")));
        using StreamReader actual = new(model, Encoding.ASCII);
        using GZipStream recorded = new(File.OpenRead(Path.Combine(folder, name + ".expect.gz")), CompressionMode.Decompress);
        using StreamReader expected = new(recorded, Encoding.ASCII);
        for (int line = 1; ; line++)
        {
            string? real = expected.ReadLine(), simulated = actual.ReadLine();
            if (real == null && simulated == null)
                return;
            if (real != simulated && real?.StartsWith(HostLine, StringComparison.Ordinal) != true)
                Assert.Fail($"{name}, transcript line {line}: model '{simulated}', real '{real}'");
        }
    }

    private static MemoryStream Replay(TextTrace trace)
    {
        MemoryStream output = new();
        Transcript.Write(trace, output);
        output.Position = 0;
        return output;
    }

    private static TheoryData<string> Names(string? folder)
    {
        const string Suffix = ".trace.gz";
        if (folder == null)
            return ["none"];
        IEnumerable<string> files = Directory.GetFiles(folder, "*" + Suffix).Select(path => Path.GetFileName(path)[..^Suffix.Length]);
        return [.. files.Order(StringComparer.Ordinal)];
    }
}
