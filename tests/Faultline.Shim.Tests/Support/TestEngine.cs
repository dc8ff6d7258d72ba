using Faultline.Api;
using Faultline.Libc;
using Faultline.Shim.Engine;
using Faultline.Shim.Recording;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Tests.Support;

/// <summary>
/// An engine with a session and an arena of its own. The program under observation is the test: it may touch the
/// blocks' real memory. No agent runs, so that snapshots are taken only when asked for.
/// </summary>
internal sealed unsafe class TestEngine : IDisposable
{
    public const ulong ArenaLength = 1UL << 36;
    private const uint Sites = 64;

    public TestEngine(ObserverRequest observer = ObserverRequest.Best, ulong ramBytes = 16UL << 30, bool opensParts = false, ulong arenaLength = ArenaLength, uint thp = 1, string tunables = "", uint cpus = 2, uint sites = Sites, Recorder? recorder = null, LibcProfile? libc = null)
    {
        Tool = SessionFile.Create(new SessionParameters
        {
            SiteCount = sites,
            Libc = libc ?? LibcProfile.Default,
            Cpus = cpus,
            RamBytes = ramBytes,
            Observer = observer,
            ThpPolicy = thp,
            ArenaLength = arenaLength,
        });
        SessionFile session = SessionFile.Attach(Tool.Path, arenaLength)!;
        EngineParts? parts = EngineParts.TryCreate(session, arenaLength, opensParts, MallocTunables.Parse(tunables));
        Assert.NotNull(parts);
        Engine = new ShimEngine(session, parts, isMain: true, recorder);
    }

    public SessionFile Tool { get; }

    public ShimEngine Engine { get; }

    public IReadOnlyList<FindingRecord> Findings => SessionFindings.Read(Tool);

    public SiteCounters Site(int site) => SessionCounters.Read(Tool, site);

    public ulong Faults => Engine.Watched.Process.MinorFaults;

    public byte* Malloc(nuint size, int site = 1) => (byte*)Engine.Allocate(size, size, AllocationFamily.Libc, site);

    public byte* Calloc(nuint size, int site = 1) => (byte*)Engine.AllocateZeroed(size, 1, AllocationFamily.Libc, site);

    public byte* Realloc(void* block, nuint size, int site = 1) => (byte*)Engine.Reallocate(block, size, size, AllocationFamily.Libc, site);

    public byte* Memalign(nuint alignment, nuint size, int site = 1)
        => (byte*)Engine.AllocateAligned(alignment, size, size, AllocationFamily.Libc, site, out _);

    public void Free(void* block, int site = 2) => Engine.Free(block, AllocationFamily.Libc, site);

    public SnapshotRecord Snapshot(SnapshotReason reason = SnapshotReason.Periodic)
    {
        Engine.TakeSnapshot(reason);
        Assert.False(Engine.HasSteppedAside, string.Join("\n", SessionNotes.Read(Tool)));
        Engine.CheckInvariants();
        Assert.True(SessionSnapshots.TryRead(Tool, out SnapshotRecord snapshot));
        return snapshot;
    }

    /// <summary>Writes one byte on each page of a block.</summary>
    public static void WritePages(byte* block, nuint size)
    {
        for (nuint offset = 0; offset < size; offset += 4096)
            block[offset] = 1;
        block[size - 1] = 1;
    }

    /// <summary>Reads one byte on each page of a block.</summary>
    public static int ReadPages(byte* block, nuint size)
    {
        int sum = 0;
        for (nuint offset = 0; offset < size; offset += 4096)
            sum += Volatile.Read(ref block[offset]);
        return sum + Volatile.Read(ref block[size - 1]);
    }

    public void Dispose()
    {
        SessionFile session = Engine.Session;
        Engine.Dispose();
        session.Dispose();
        Tool.Dispose();
    }
}
