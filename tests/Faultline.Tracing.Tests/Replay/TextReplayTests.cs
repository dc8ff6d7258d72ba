using System.Globalization;
using System.IO.Compression;
using System.Text;
using Faultline.TestSupport;
using Faultline.Tracing.Importers;
using Faultline.Tracing.Replay;

namespace Faultline.Tracing.Tests.Replay;

/// <summary>A text trace's totals are those that the real glibc and kernel gave.</summary>
public class TextReplayTests
{
    public static TheoryData<string> Committed => RecordedTrace.Committed;

    [Theory]
    [MemberData(nameof(Committed))]
    public void Faults_and_system_calls_are_the_real_ones(string name)
    {
        ReplayResult result = Replays.Committed(name);
        Dictionary<string, ulong> real = Totals(name);
        Assert.Null(result.Damage);
        // Touches of blocks that were refused may be left out, nothing else.
        Assert.All(result.Notes, note => Assert.Contains("touch", note));
        Assert.Equal(real["minflt"], result.Snapshot.MinorFaults);
        Assert.Equal(real["n_mmap"], result.Snapshot.MmapCalls);
        Assert.Equal(real["n_munmap"], result.Snapshot.MunmapCalls);
        Assert.Equal(real["n_mremap"], result.Snapshot.MremapCalls);
        Assert.Equal(real["n_madvise"], result.Snapshot.MadviseCalls);
        Assert.Equal(real["ops"], result.Events);
        ReplayedSite site = Assert.Single(result.Sites);
        Assert.Equal("trace", result.Names.Get(site.Id).Method);
        ulong failures = real["results_null"];
        Assert.InRange(site.Counters.Failures, 0UL, failures);
        if (real.TryGetValue("threads", out ulong threads))
            Assert.Equal((ulong)result.Threads, threads);
        if (real.TryGetValue("arenas", out ulong arenas))
            Assert.Equal((ulong)result.Arenas, arenas);
    }

    [Fact]
    public void A_setting_overrides_the_one_of_the_trace()
    {
        ReplayResult one = Replays.Committed("mt-first", Replays.Default with { Tunables = "glibc.malloc.arena_max=1" });
        Assert.Equal(1, one.Arenas);
        Assert.True(Replays.Committed("mt-first").Arenas > 1);
        ReplayResult all = Replays.Committed("gen-mmap", Replays.Default with { Tunables = "glibc.malloc.mmap_threshold=4096" });
        Assert.True(all.Sites[0].Counters.MappedAllocations > Replays.Committed("gen-mmap").Sites[0].Counters.MappedAllocations);
    }

    [Fact]
    public void A_bad_line_ends_the_replay_there()
    {
        using MemoryStream text = new(Encoding.ASCII.GetBytes("a 0 100\na 1 200\nt 0 0 100\nq\n"));
        ReplayResult result = Replays.Run(TraceImport.Open(text, "bad"));
        Assert.Equal(3UL, result.Events);
        Assert.Equal(4, result.Damage!.Position);
        Assert.Equal(2UL, result.Sites[0].Counters.Allocations);
        Assert.Equal(300UL, result.Snapshot.LiveRequestedBytes);
    }

    /// <summary>Lines "E key value"; without threads the count of operations has the same key.</summary>
    private static Dictionary<string, ulong> Totals(string name)
    {
        Dictionary<string, ulong> totals = [];
        string path = Repository.Path("tests", "Faultline.Tracing.Tests", "Traces", name + ".expect.gz");
        using StreamReader reader = new(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        while (reader.ReadLine() is { } line)
            if (line.Split(' ') is ["E", var key, var value] && ulong.TryParse(value, CultureInfo.InvariantCulture, out ulong number))
                totals[key] = number;
        return totals;
    }
}
