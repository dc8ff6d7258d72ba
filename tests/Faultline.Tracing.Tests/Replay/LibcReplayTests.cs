using Faultline.Libc;
using Faultline.Tracing.Events;
using Faultline.Tracing.Replay;

namespace Faultline.Tracing.Tests.Replay;

/// <summary>The glibc of a replay: the one asked for, else the one that the trace was recorded with, else the default.</summary>
public class LibcReplayTests
{
    [Theory]
    [InlineData("glibc-2.41", null, "glibc-2.41")]
    [InlineData("glibc-2.41", "glibc-2.36", "glibc-2.36")]
    [InlineData("", "glibc-2.41", "glibc-2.41")]
    [InlineData("", null, "glibc-2.36")]
    public void Is_asked_for_or_recorded(string recorded, string? asked, string expected)
    {
        ReplayResult result = Run(recorded, asked == null ? null : LibcProfile.Find(asked));
        Assert.Equal(expected, result.Libc.Name);
        Assert.Empty(result.Notes);
    }

    [Fact]
    public void That_is_not_modelled_is_told()
    {
        ReplayResult result = Run("glibc-2.99", null);
        Assert.Equal(LibcProfile.Default, result.Libc);
        Assert.Equal("recorded with glibc-2.99, which is not modelled here: replayed on glibc-2.36", Assert.Single(result.Notes));
    }

    [Fact]
    public void Decides_what_calloc_faults()
    {
        // Page by page through the cache: each calloc of 2.41 gets the block that was just freed, each of 2.36 another one from top.
        string text = "a 0 1000\n" + string.Concat(Enumerable.Range(1, 40).Select(i => $"f {i - 1}\nc {i} 1 1000\n"));
        ulong Faults(LibcProfile libc) => Replays.OfText(text, Replays.Default with { Libc = libc }).Snapshot.MinorFaults;
        Assert.True(Faults(LibcProfile.Glibc241) < Faults(LibcProfile.Glibc236), $"{Faults(LibcProfile.Glibc241)} faults, and {Faults(LibcProfile.Glibc236)}");
    }

    private static ReplayResult Run(string recorded, LibcProfile? asked)
        => Replays.Events(new TraceMetadata { Source = "text", LibcProfile = recorded }, Replays.Default with { Libc = asked });
}
