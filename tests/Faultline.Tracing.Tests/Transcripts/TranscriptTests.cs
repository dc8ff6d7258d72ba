using System.IO.Compression;
using System.Text;
using Faultline.Libc;
using Faultline.TestSupport;
using Faultline.Tracing.Text;
using Faultline.Tracing.Transcripts;

namespace Faultline.Tracing.Tests.Transcripts;

/// <summary>
/// The model against the real thing: beside each trace lies what glibc 2.36 on Linux did with it, every pointer, system
/// call, page fault and total; beside some too what a later version did (NAME.glibc-2.41.expect.gz). The model's transcript must be the same text.
/// </summary>
public class TranscriptTests
{
    /// <summary>Whether the real runs agreed with each other: a line about the recording, not about the allocator.</summary>
    private const string HostLine = "E deterministic";

    private const string Suffix = ".expect.gz";

    private static readonly string s_committed = Repository.Path("tests", "Faultline.Tracing.Tests", "Traces");

    public static TheoryData<string, string> Committed => Expectations(s_committed);

    public static TheoryData<string, string> Shared => Expectations(Repository.SharedTraces);

    [Theory]
    [MemberData(nameof(Committed))]
    public void A_committed_trace_gives_what_the_real_libc_did(string name, string libc) => Compare(s_committed, name, libc);

    [SharedTracesTheory]
    [MemberData(nameof(Shared))]
    public void A_recorded_trace_gives_what_the_real_libc_did(string name, string libc) => Compare(Repository.SharedTraces!, name, libc);

    [Fact]
    public void The_same_trace_gives_the_same_bytes()
    {
        TextTrace trace = TextTraceReader.Read(Path.Combine(s_committed, "mt-first.trace.gz"));
        Assert.Equal(Replay(trace, LibcProfile.Default).ToArray(), Replay(trace, LibcProfile.Default).ToArray());
    }

    private static void Compare(string folder, string name, string libc)
    {
        LibcProfile profile = LibcProfile.Find(libc) ?? throw new ArgumentException($"{name}: no profile {libc}");
        string file = profile == LibcProfile.Default ? name : $"{name}.{libc}";
        using MemoryStream model = Replay(TextTraceReader.Read(Path.Combine(folder, name + ".trace.gz")), profile);
        using StreamReader actual = new(model, Encoding.ASCII);
        using GZipStream recorded = new(File.OpenRead(Path.Combine(folder, file + Suffix)), CompressionMode.Decompress);
        using StreamReader expected = new(recorded, Encoding.ASCII);
        for (int line = 1; ; line++)
        {
            string? real = expected.ReadLine(), simulated = actual.ReadLine();
            if (real == null && simulated == null)
                return;
            if (real != simulated && real?.StartsWith(HostLine, StringComparison.Ordinal) != true)
                Assert.Fail($"{file}, transcript line {line}: model '{simulated}', real '{real}'");
        }
    }

    private static MemoryStream Replay(TextTrace trace, LibcProfile profile)
    {
        MemoryStream output = new();
        Transcript.Write(trace, output, profile);
        output.Position = 0;
        return output;
    }

    /// <summary>Each file of expectations: the trace's name, and the profile's.</summary>
    private static TheoryData<string, string> Expectations(string? folder)
    {
        TheoryData<string, string> all = [];
        if (folder == null)
        {
            all.Add("none", LibcProfile.Default.Name);
            return all;
        }

        foreach (string file in Directory.GetFiles(folder, "*" + Suffix).Select(path => Path.GetFileName(path)[..^Suffix.Length]).Order(StringComparer.Ordinal))
        {
            int dot = file.IndexOf('.');
            all.Add(dot < 0 ? file : file[..dot], dot < 0 ? LibcProfile.Default.Name : file[(dot + 1)..]);
        }

        return all;
    }
}
