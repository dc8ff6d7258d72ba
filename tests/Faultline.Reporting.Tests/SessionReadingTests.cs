using Faultline.Tracing.Session;

namespace Faultline.Reporting.Tests;

/// <summary>From a real session file in memory to the value that reports are made of.</summary>
public unsafe class SessionReadingTests
{
    [Fact]
    public void TakesWhatTheFileHolds()
    {
        using SessionFile file = SessionFile.Create(new() { RamBytes = 1UL << 30, Cpus = 3, SiteCount = 2 });
        file.Header->State = SessionState.Running;
        file.Sites(0)[2] = new() { Calls = 7, Allocations = 5 };
        SessionNotes.Append(file, "arena", "one arena behind a lock");
        SessionFindings.Record(file, new() { Kind = FindingKind.DoubleFree, DetectionSite = 2, Occurrences = 1 });
        SnapshotRecord snapshot = new() { MinorFaults = 42 };
        SessionSnapshots.Write(file, snapshot);

        SessionReading reading = SessionReading.Take(file);

        Assert.Equal(1UL << 30, reading.Header.RamBytes);
        Assert.Equal([2], reading.Sites.Select(s => s.Id));
        Assert.Equal(7UL, reading.Sites[0].Counters.Calls);
        Assert.Equal(42UL, reading.Snapshot!.Value.MinorFaults);
        Assert.Equal(FindingKind.DoubleFree, Assert.Single(reading.Findings).Kind);
        Assert.Equal("one arena behind a lock", Assert.Single(reading.NotesOf("arena")));
    }

    [Fact]
    public void IsACopy()
    {
        using SessionFile file = SessionFile.Create(new() { SiteCount = 1 });
        file.Sites(0)[1] = new() { Calls = 1 };
        SessionReading reading = SessionReading.Take(file);
        file.Sites(0)[1].Calls = 2;
        Assert.Equal(1UL, reading.Sites[0].Counters.Calls);
        Assert.Null(reading.Snapshot);
    }
}
