using Faultline.Tracing.Replay;

namespace Faultline.Tracing.Tests.Replay;

/// <summary>Traces replayed where memory is short: in a cgroup with a limit, with swap and without.</summary>
public sealed class PressureReplayTests
{
    private const ulong Mib = 1UL << 20;

    /// <summary>Two rounds through 64 MiB, and a small block afterwards.</summary>
    private const string Trace = "a 0 67108864\nt 0 0 67108864\nt 0 0 67108864\na 1 100\nt 1 0 100\n";

    [Fact]
    public void WithRoomNothingIsSwapped()
    {
        ReplayResult result = Replays.OfText(Trace, new ReplayOptions { SwapBytes = 256 * Mib, MemoryLimitBytes = 128 * Mib });
        Assert.Equal(0UL, result.Snapshot.MajorFaults);
        Assert.Equal(5UL, result.Events);
        Assert.Contains(result.Notes, note => note.StartsWith("swap: 0 pages written, 0 read, 0 major faults", StringComparison.Ordinal));
    }

    [Fact]
    public void PastTheLimitTheProgramSwapsAndFaults()
    {
        ReplayResult result = Replays.OfText(Trace, new ReplayOptions { SwapBytes = 256 * Mib, MemoryLimitBytes = 32 * Mib });
        Assert.True(result.Snapshot.MajorFaults > 1000, $"{result.Snapshot.MajorFaults} major faults");
        Assert.True(result.Snapshot.ResidentPages <= 32 * Mib / 4096, $"{result.Snapshot.ResidentPages} pages");
        Assert.Equal(5UL, result.Events);
        Assert.Contains(result.Notes, note => note.StartsWith("memory limit 32,768 KiB: at most 32,768 KiB were used", StringComparison.Ordinal));
    }

    [Fact]
    public void WithoutSwapTheOomKillerEndsIt()
    {
        ReplayResult result = Replays.OfText(Trace, new ReplayOptions { MemoryLimitBytes = 32 * Mib });
        Assert.Equal(2UL, result.Events);
        Assert.Contains("the OOM killer ended the program at event 2; what follows in the trace was not replayed", result.Notes);
    }

    [Fact]
    public void WithoutALimitNothingChanges()
    {
        ReplayResult plain = Replays.OfText(Trace, new ReplayOptions()), swap = Replays.OfText(Trace, new ReplayOptions { SwapBytes = 64 * Mib });
        Assert.Equal(plain.Snapshot.MinorFaults, swap.Snapshot.MinorFaults);
        Assert.Equal(plain.Snapshot.ResidentPages, swap.Snapshot.ResidentPages);
    }
}
