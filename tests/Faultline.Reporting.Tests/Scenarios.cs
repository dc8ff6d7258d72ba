using Faultline.Tracing.Session;

namespace Faultline.Reporting.Tests;

/// <summary>Made-up sessions, one for each state that a report must be able to tell. All of them are consistent: sites add up to the process.</summary>
internal static unsafe class Scenarios
{
    private const ulong MiB = 1UL << 20;
    private const long Ended = 1_800_000_000_000_000_000;

    public sealed record Scenario(SessionReading Session, SiteTable Sites, RunFacts Run, RoutingFacts Routing)
    {
        public Report Report => ReportBuilder.Build(Session, Sites, Run, Routing);
    }

    private static readonly SiteTable s_sites = new(
    [
        new(1, "Pipeline", "Imaging.Pipeline", "Decode", "NativeMemory.Alloc", "/src/Imaging/Pipeline.cs", 31),
        new(2, "Pipeline", "Imaging.Pipeline", "Blur", "NativeMemory.AllocZeroed", "/src/Imaging/Pipeline.cs", 58),
        new(3, "Pipeline", "Imaging.Cache", "Add", "Marshal.AllocHGlobal", "C:\\src\\Cache.cs", 12),
        new(4, "Pipeline", "Imaging.Pipeline", "Dispose", "NativeMemory.Free", "/src/Imaging/Pipeline.cs", 90),
    ]);

    private static readonly RoutingFacts s_routing = new("FrameworkDependent", [new("Pipeline", 4, true)],
        [new("System.Drawing.Common", "it is mixed-mode (C++/CLI)")], [], ["Newtonsoft.Json"], []);

    private static RunFacts Run(int exitCode = 0) => new("samples/Pipeline", "Pipeline.dll", exitCode, TimeSpan.FromMilliseconds(1234), Ended, 32UL << 30);

    private static SessionHeader Header(SessionState state = SessionState.Finished, ulong events = 0) => new()
    {
        Magic = SessionLayout.Magic,
        Version = SessionLayout.Version,
        RamBytes = 16UL << 30,
        Cpus = 2,
        ThpPolicy = 1,
        State = state,
        Observer = state is SessionState.Created or SessionState.Refused ? ObserverKind.None : ObserverKind.PagemapScan,
        ArenaStart = 0x1000_0000_0000,
        ArenaLength = 1UL << 40,
        EventCount = events,
        SiteCount = 4,
    };

    private static readonly SessionNote[] s_notes =
    [
        new("observer", "observed: real pages read with PAGEMAP_SCAN"),
        new("threads", "a cache and an arena for each thread, at most 8 for each CPU (16)"),
        new("pages", "a page that several blocks share is charged to the site whose block was placed first on it since it was last absent"),
    ];

    // After the fields that its members read: statics are initialised in this order.
    public static readonly IReadOnlyDictionary<string, Scenario> All = new Dictionary<string, Scenario>
    {
        ["clean"] = Clean(),
        ["leaky"] = Leaky(),
        ["findings"] = WithFindings(),
        ["killed"] = Killed(),
        ["thrown"] = Thrown(),
        ["refused"] = Refused(),
        ["no-snapshot"] = NoSnapshot(),
        ["no-symbols"] = NoSymbols(),
        ["empty"] = Empty(),
        ["not-started"] = NotStarted(),
        ["many-sites"] = ManySites(),
        ["pinned"] = Pinned(),
    };

    /// <summary>100 blocks of 200,000 bytes, mapped and freed each time; one zeroed block of 4 KiB in the heap.</summary>
    private static Scenario Clean() => new(
        new(Header(events: 202), Snapshot(minor: 4_903, allocator: 2, resident: 3),
        [
            new(1, new() { Calls = 100, Allocations = 100, RequestedBytes = 20_000_000, UsableBytes = 20_068_800, MappedAllocations = 100, Released = 100, ReleasedRequestedBytes = 20_000_000, ReleasedUsableBytes = 20_068_800, PeakLiveBytes = 200_000, MinorFaults = 4_900 }),
            new(2, new() { Calls = 1, Allocations = 1, RequestedBytes = 4_096, UsableBytes = 4_104, Released = 1, ReleasedRequestedBytes = 4_096, ReleasedUsableBytes = 4_104, PeakLiveBytes = 4_096, MinorFaults = 1, ResidentPages = 1 }),
            new(4, new() { Calls = 101 }),
        ], [], s_notes), s_sites, Run(), s_routing);

    private static Scenario Leaky()
    {
        SnapshotRecord snapshot = Snapshot(minor: 110, allocator: 4, resident: 109);
        snapshot.LiveBlocks = 4;
        snapshot.LiveRequestedBytes = 64 * MiB + 3 * 1000;
        snapshot.LiveUsableBytes = 64 * MiB + 4080 + 3 * 1000;
        snapshot.HBlks = 1;
        snapshot.HBlkHd = 64 * MiB + 4096;
        return new(
            new(Header(events: 206), snapshot,
            [
                new(2, new() { Calls = 1, Allocations = 1, RequestedBytes = 64 * MiB, UsableBytes = 64 * MiB + 4080, MappedAllocations = 1, PeakLiveBytes = 64 * MiB, MinorFaults = 1, ResidentPages = 1 }),
                new(3, new() { Calls = 100, Allocations = 100, RequestedBytes = 100_000, UsableBytes = 100_000, Released = 97, ReleasedRequestedBytes = 97_000, ReleasedUsableBytes = 97_000, PeakLiveBytes = 12_000, MinorFaults = 105, ResidentPages = 105 }),
                new(4, new() { Calls = 97 }),
            ], [], s_notes), s_sites, Run(), s_routing);
    }

    private static Scenario WithFindings()
    {
        Scenario clean = Clean();
        FindingRecord Record(FindingKind kind, uint allocated, uint released, uint detected, ulong amount, ulong times = 1) => new()
        {
            Kind = kind, AllocationSite = allocated, ReleaseSite = released, DetectionSite = detected, Occurrences = times,
            Address = 0x1000_0000_12a0, BlockAddress = 0x1000_0000_12a0, BlockBytes = 64, Amount = amount,
        };
        SessionHeader header = clean.Session.Header;
        header.FindingCount = 12;
        FindingRecord unknown = Record(FindingKind.FreeOfUnknownPointer, 0, 0, 4, 0);
        unknown.BlockAddress = 0;
        return clean with
        {
            Session = clean.Session with
            {
                Header = header,
                Findings =
                [
                    Record(FindingKind.DoubleFree, 1, 4, 4, 0, times: 3),
                    Record(FindingKind.FreeOfInteriorPointer, 1, 0, 4, 16) with { Address = 0x1000_0000_12b0 },
                    unknown,
                    Record(FindingKind.WritePastEnd, 2, 0, 4, 3) with { Address = 0x1000_0000_12e0 },
                    Record(FindingKind.WriteAfterFree, 2, 4, 1, 0),
                    Record(FindingKind.TouchOfFreedPage, 3, 4, 0, 2),
                    Record(FindingKind.ReallocAfterFree, 3, 4, 2, 0),
                    Record(FindingKind.FamilyMismatch, 3, 0, 4, 0, times: 97),
                    Record(FindingKind.OutOfFrames, 0, 0, 0, 4096),
                    Record(FindingKind.Internal, 0, 0, 0, 0),
                ],
                Notes = [.. s_notes, new("internal", "InvalidOperationException: a chunk of 48 bytes in a bin of 64")],
            },
            Run = Run(exitCode: 1),
        };
    }

    private static Scenario Killed()
    {
        Scenario leaky = Leaky();
        SnapshotRecord snapshot = leaky.Session.Snapshot!.Value;
        snapshot.Reason = SnapshotReason.Periodic;
        snapshot.UnixNanoseconds = Ended - 187_000_000;
        return leaky with
        {
            Session = leaky.Session with { Header = Header(SessionState.Running, events: 206), Snapshot = snapshot },
            Run = Run(exitCode: 137),
        };
    }

    private static Scenario Thrown()
    {
        Scenario clean = Clean();
        SnapshotRecord snapshot = clean.Session.Snapshot!.Value;
        snapshot.Reason = SnapshotReason.UnhandledException;
        return clean with
        {
            Session = clean.Session with { Header = Header(events: 202), Snapshot = snapshot },
            Run = Run(exitCode: 134),
        };
    }

    private static Scenario Refused() => new(
        new(Header(SessionState.Refused), null, [], [], [new("refused", "the host has no room for the arena: mmap of 1 TiB failed with errno 12")]),
        s_sites, Run(), s_routing);

    private static Scenario NoSnapshot()
    {
        Scenario leaky = Leaky();
        return leaky with
        {
            Session = leaky.Session with { Header = Header(SessionState.Running, events: 198), Snapshot = null },
            Run = Run(exitCode: 139),
        };
    }

    private static Scenario NoSymbols()
    {
        Scenario clean = Clean();
        return clean with
        {
            Sites = new(clean.Sites.Sites.Select(s => s with { File = null, Line = 0 })),
            Routing = clean.Routing with { Routed = [new("Pipeline", 4, false)], UnroutedCalls = [new("malloc", "Pipeline!Imaging.Interop.Load", "its address is taken by native code")] },
        };
    }

    private static Scenario Empty() => new(new(Header(), Snapshot(0, 0, 0), [], [], s_notes), s_sites, Run(), s_routing with { Routed = [] });

    private static Scenario NotStarted() => new(new(Header(SessionState.Created), null, [], [], []), s_sites, Run(exitCode: 150), s_routing);

    /// <summary>A heap whose free memory lies between live blocks.</summary>
    private static Scenario Pinned()
    {
        Scenario leaky = Leaky();
        SnapshotRecord snapshot = leaky.Session.Snapshot!.Value;
        snapshot.Arena = 24 * MiB;
        snapshot.FreeBytes = 23 * MiB;
        snapshot.LargestFreeBytes = 132_000;
        snapshot.KeepCost = 132_000;
        return leaky with { Session = leaky.Session with { Snapshot = snapshot } };
    }

    /// <summary>25 sites, and calls whose site is not in the table.</summary>
    private static Scenario ManySites()
    {
        SiteTable table = new(Enumerable.Range(1, 25).Select(i => new CallSite(i, "Big", "Big.Worker", $"Step{i}", "NativeMemory.Alloc", "/src/Worker.cs", 10 * i)));
        List<SiteReading> sites = [new(0, new() { Calls = 2, Allocations = 2, RequestedBytes = 64, UsableBytes = 80, Released = 2, ReleasedRequestedBytes = 64, ReleasedUsableBytes = 80 })];
        for (uint i = 1; i <= 25; i++)
            sites.Add(new((int)i, new() { Calls = i, Allocations = i, RequestedBytes = i * 8192, UsableBytes = i * 8200, Released = i, ReleasedRequestedBytes = i * 8192, ReleasedUsableBytes = i * 8200, MinorFaults = i, ResidentPages = 1 }));
        SessionHeader header = Header(events: 327);
        header.SiteCount = 25;
        return new(new(header, Snapshot(minor: 328, allocator: 3, resident: 28), sites, [], s_notes), table, Run(), s_routing with { Routed = [new("Big", 25, true)] });
    }

    private static SnapshotRecord Snapshot(ulong minor, ulong allocator, ulong resident)
    {
        SnapshotRecord s = new()
        {
            Sequence = 2, Reason = SnapshotReason.Exit, UnixNanoseconds = Ended - 1_000_000,
            MinorFaults = minor, AllocatorFaults = allocator, ResidentPages = resident, PeakResidentPages = resident == 0 ? 0 : resident + 49,
            VirtualPages = 33, HeapResidentPages = resident, BrkCalls = 2, MmapCalls = 100, MunmapCalls = 100,
            Arena = 135_168, OrdBlks = 1, FordBlks = 130_000, UordBlks = 5_168, KeepCost = 120_000, FreeBytes = 130_000, LargestFreeBytes = 120_000,
            StrandedPages = 1, MmapThreshold = 200_704, TrimThreshold = 401_408,
            RealVirtualPages = 68_719_476, RealResidentPages = 12_800, RealSharedPages = 9_000, RealMinorFaults = 9_876, RealArenaPages = resident,
        };
        s.EventCount = 202;
        s.ManagedPages[0] = 3840;
        s.ManagedPages[1] = 772_917;
        s.ManagedPages[2] = 3_145_728;
        ulong[] normal = [484, 472, 887, 435, 495, 281, 490, 368, 292, 122, 66];
        for (int order = 0; order < SnapshotRecord.Orders; order++)
        {
            s.FreeBlocks[order] = order == 10 ? 3UL : 0;
            s.FreeBlocks[SnapshotRecord.Orders + order] = 1;
            s.FreeBlocks[2 * SnapshotRecord.Orders + order] = normal[order];
        }

        return s;
    }
}
