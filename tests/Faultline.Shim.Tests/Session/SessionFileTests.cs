using Faultline.Tracing.Session;

namespace Faultline.Shim.Tests.Session;

public unsafe class SessionFileTests
{
    private const ulong Arena = 1UL << 32;

    [Fact]
    public void RecordsHaveTheSizesThatTheLayoutStates()
    {
        Assert.Equal(SiteCounters.Size, sizeof(SiteCounters));
        Assert.Equal(FindingRecord.Size, sizeof(FindingRecord));
        Assert.Equal(BlockTag.Size, sizeof(BlockTag));
        Assert.Equal(ShardHeader.Size, sizeof(ShardHeader));
        Assert.True(sizeof(SessionHeader) <= SessionLayout.NotesOffset);
        Assert.True(SessionLayout.NotesOffset + SessionLayout.NotesCapacity <= SessionLayout.SnapshotsOffset);
        Assert.True(SessionLayout.SnapshotsOffset + 2 * sizeof(SnapshotRecord) <= SessionLayout.FindingsOffset);
        Assert.True(SessionLayout.FindingsOffset + (long)SessionLayout.FindingCapacity * FindingRecord.Size <= SessionLayout.ShardsOffset);
    }

    [Fact]
    public void TheFirstToAttachOwnsTheSession()
    {
        using SessionFile tool = SessionFile.Create(new SessionParameters { SiteCount = 7, RamBytes = 123 << 20, ArenaLength = Arena });
        using SessionFile? shim = SessionFile.Attach(tool.Path, Arena);
        Assert.NotNull(shim);
        Assert.Equal(7u, shim.Header->SiteCount);
        Assert.Equal(123UL << 20, shim.Header->RamBytes);
        Assert.Equal(Environment.ProcessId, tool.Header->ProcessId);
        Assert.Equal((long)(Arena / SessionLayout.BytesPerBlockTag), shim.BlockSlots);

        Assert.Null(SessionFile.Attach(tool.Path, Arena));
    }

    [Fact]
    public void WhatIsNoSessionIsRefused()
    {
        Assert.Throws<IOException>(() => SessionFile.Attach("/nonexistent/session", Arena));
        string file = Path.GetTempFileName();
        try
        {
            using (FileStream stream = File.OpenWrite(file))
                stream.SetLength(1000);
            Assert.Throws<InvalidDataException>(() => SessionFile.Attach(file, Arena));
            using (FileStream stream = File.OpenWrite(file))
                stream.SetLength(SessionLayout.FileLength(0, SessionLayout.SmallestArena));
            Assert.Throws<InvalidDataException>(() => SessionFile.Attach(file, Arena));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void NotesKeepOrderAndStopWhenFull()
    {
        using SessionFile file = SessionFile.Create(new SessionParameters { ArenaLength = Arena });
        SessionNotes.Append(file, "observer", "PAGEMAP_SCAN\tworks\nhere");
        SessionNotes.Append(file, "threads", "ä");
        Assert.Equal([new("observer", "PAGEMAP_SCAN works here"), new("threads", "ä")], SessionNotes.Read(file));
        for (int i = 0; i < 100; i++)
            SessionNotes.Append(file, "long", new string('x', 1000));
        IReadOnlyList<SessionNote> notes = SessionNotes.Read(file);
        Assert.InRange(notes.Count, 50, 70);
        Assert.All(notes.Skip(2), note => Assert.Equal(1000, note.Text.Length));
    }

    [Fact]
    public void TheNewestWholeSnapshotIsRead()
    {
        using SessionFile file = SessionFile.Create(new SessionParameters { ArenaLength = Arena });
        Assert.False(SessionSnapshots.TryRead(file, out _));
        for (ulong i = 1; i <= 5; i++)
        {
            SessionSnapshots.Write(file, new SnapshotRecord { EventCount = i });
            Assert.True(SessionSnapshots.TryRead(file, out SnapshotRecord read));
            Assert.Equal(i, read.EventCount);
        }

        // A writer that died in the middle of the sixth leaves the fifth.
        SnapshotRecord* slots = (SnapshotRecord*)((byte*)file.Header + SessionLayout.SnapshotsOffset);
        SnapshotRecord* older = slots[0].Sequence < slots[1].Sequence ? slots : slots + 1;
        older->Sequence = 11;
        older->EventCount = 99;
        Assert.True(SessionSnapshots.TryRead(file, out SnapshotRecord last));
        Assert.Equal(5UL, last.EventCount);
    }

    [Fact]
    public void EqualFindingsAreFolded()
    {
        using SessionFile file = SessionFile.Create(new SessionParameters { ArenaLength = Arena });
        for (uint i = 0; i < 10; i++)
            SessionFindings.Record(file, new FindingRecord { Kind = FindingKind.DoubleFree, DetectionSite = i % 2, Occurrences = 1, Address = i });
        IReadOnlyList<FindingRecord> findings = SessionFindings.Read(file);
        Assert.Equal(2, findings.Count);
        Assert.All(findings, f => Assert.Equal(5UL, f.Occurrences));
        Assert.Equal(1UL, findings[1].Address);
    }

    [Fact]
    public void FindingsPastTheCapacityAreCountedOnly()
    {
        using SessionFile file = SessionFile.Create(new SessionParameters { ArenaLength = Arena });
        for (uint i = 0; i < SessionLayout.FindingCapacity + 10; i++)
            SessionFindings.Record(file, new FindingRecord { Kind = FindingKind.DoubleFree, DetectionSite = i, Occurrences = 1 });
        Assert.Equal(SessionLayout.FindingCapacity, SessionFindings.Read(file).Count);
        Assert.Equal((ulong)SessionLayout.FindingCapacity + 10, file.Header->FindingCount);
    }

    [Fact]
    public void LiveBlocksAreFoundInASparseFile()
    {
        using SessionFile tool = SessionFile.Create(new SessionParameters());
        using SessionFile shim = SessionFile.Attach(tool.Path, 1UL << 40)!;
        shim.Header->ArenaStart = 1UL << 44;
        BlockTag* tags = shim.Blocks;
        tags[0] = new BlockTag { State = BlockTag.LiveBit | 24, AllocationSite = 1 };
        tags[1] = new BlockTag { State = 24, AllocationSite = 1, ReleaseSite = 2 };
        tags[2] = new BlockTag { State = BlockTag.LiveBit | BlockTag.HalfBit | (2UL << BlockTag.FamilyShift) | 1000, AllocationSite = 3 };
        long last = shim.BlockSlots - 1;
        tags[last] = new BlockTag { State = BlockTag.LiveBit | (6UL << BlockTag.FamilyShift) | 4096, AllocationSite = 4 };

        LiveBlock[] live = [.. SessionBlocks.Live(tool)];
        Assert.Equal(
        [
            new((1UL << 44) + 16, 24, 1, 0),
            new((1UL << 44) + 64 + 16 + 16, 1000, 3, 2),
            new((1UL << 44) + (ulong)last * 32, 4096, 4, 6),
        ], live);
    }
}
