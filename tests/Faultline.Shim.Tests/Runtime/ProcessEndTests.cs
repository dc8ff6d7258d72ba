using Faultline.Shim.Tests.Support;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Tests.Runtime;

/// <summary>Child processes that end in every way: what the session tells afterwards.</summary>
public unsafe class ProcessEndTests
{
    [Theory]
    [InlineData("return", 7)]
    [InlineData("exit", 8)]
    public void AnOrderlyEndIsExact(string how, int exitCode)
    {
        using RoutedChild child = new RoutedChild(snapshotMilliseconds: 0).Run(how);
        Assert.Equal((exitCode, "", ""), (child.ExitCode, child.Output, child.Errors));
        Assert.Equal((SessionState.Finished, SnapshotReason.Exit), (child.State, child.Snapshot.Reason));
        AssertWork(child);
    }

    [Fact]
    public void AnUnhandledExceptionIsExact()
    {
        using RoutedChild child = new RoutedChild(snapshotMilliseconds: 0).Run("throw");
        Assert.Equal(134, child.ExitCode);
        Assert.Contains("on purpose", child.Errors);
        Assert.Equal((SessionState.Finished, SnapshotReason.UnhandledException), (child.State, child.Snapshot.Reason));
        AssertWork(child);
    }

    [Fact]
    public void FailFastLeavesTheLastSnapshot()
    {
        using RoutedChild child = new RoutedChild().Run("failfast");
        Assert.Equal(134, child.ExitCode);
        Assert.Equal((SessionState.Running, SnapshotReason.Periodic), (child.State, child.Snapshot.Reason));
        AssertWork(child);
    }

    [Fact]
    public void AKilledProgramLeavesTheLastSnapshotAndItsBlocks()
    {
        using RoutedChild child = new RoutedChild().Run("killed");
        Assert.Equal(137, child.ExitCode);
        Assert.Equal((SessionState.Running, SnapshotReason.Periodic), (child.State, child.Snapshot.Reason));
        Assert.Equal(14UL, SessionCounters.ReadHeader(child.Session).EventCount);
        Assert.Equal(1UL, child.Site(4).Allocations);
        Assert.Contains(SessionBlocks.Live(child.Session), block => block is { RequestedBytes: 345, AllocationSite: 4 });
        AssertWork(child);
    }

    [Fact]
    public void TheProgramsOwnExitHandlersComeFirst()
    {
        using RoutedChild child = new RoutedChild().Run("exit-handler");
        Assert.Equal(0, child.ExitCode);
        Assert.Equal(SnapshotReason.Exit, child.Snapshot.Reason);
        Assert.Equal(14UL, child.Snapshot.EventCount);
        Assert.Equal(12UL, child.Snapshot.LiveBlocks);
    }

    [Fact]
    public void ChildProcessesAreNotRouted()
    {
        using RoutedChild child = new RoutedChild().Run("children");
        // The grandchild was given the session on purpose, and left it alone.
        Assert.Equal(7, child.ExitCode);
        Assert.DoesNotContain("FAULTLINE_", child.Output);
        Assert.DoesNotContain("DOTNET_STARTUP_HOOKS", child.Output);
        Assert.Contains("native:none", child.Output);
        Assert.Equal(SessionState.Finished, child.State);
        AssertWork(child);
    }

    [Fact]
    public void WithoutASessionTheProgramRunsAsItIs()
    {
        using RoutedChild child = new RoutedChild().Run("return", routed: false);
        Assert.Equal((7, "", ""), (child.ExitCode, child.Output, child.Errors));
        Assert.Equal(SessionState.Created, child.State);
    }

    [Fact]
    public void TheStartupHookRestoresTheBaseDirectory()
    {
        using RoutedChild child = new RoutedChild().Run("base");
        Assert.Equal(RoutedChild.BaseDirectory, child.Output.Trim());
    }

    [Fact]
    public void WrongUseEndsWithFindingsAndWithoutACrash()
    {
        using RoutedChild child = new RoutedChild().Run("wrong");
        Assert.Equal((0, "", ""), (child.ExitCode, child.Output, child.Errors));
        FindingKind[] kinds = [.. SessionFindings.Read(child.Session).Select(finding => finding.Kind)];
        Assert.Equal([FindingKind.WritePastEnd, FindingKind.DoubleFree, FindingKind.FreeOfInteriorPointer, FindingKind.WriteAfterFree], kinds);
        Assert.Equal(1UL, SessionCounters.ReadHeader(child.Session).ForeignCalls);
    }

    [Fact]
    public void WithLittleAddressSpaceTheArenaIsSmaller()
    {
        using RoutedChild child = new RoutedChild(snapshotMilliseconds: 0).Run("return", limit: $"-v {64 << 20}");
        Assert.Equal((7, ""), (child.ExitCode, child.Errors));
        Assert.Equal(SessionState.Finished, child.State);
        Assert.InRange(child.Session.Header->ArenaLength, 1UL << 28, 1UL << 35);
        Assert.Contains(SessionNotes.Read(child.Session), note => note.Kind == "arena" && note.Text.Contains("allows an arena of"));
        AssertWork(child);
    }

    /// <summary>A limit on private writable memory refuses what vm.overcommit_memory = 2 refuses.</summary>
    [Fact]
    public void WhereWritableMemoryIsAccountedForTheArenaIsOpenedPartByPart()
    {
        using RoutedChild child = new RoutedChild(snapshotMilliseconds: 0).Run("return", limit: $"-d {4 << 20}");
        Assert.Equal((7, ""), (child.ExitCode, child.Errors));
        Assert.Equal(SessionState.Finished, child.State);
        Assert.Equal(1UL << 40, child.Session.Header->ArenaLength);
        Assert.Contains(SessionNotes.Read(child.Session), note => note.Kind == "arena" && note.Text.Contains("part by part"));
        AssertWork(child);
    }

    [Fact]
    public void AProgramThatIsRefusedRunsUnrouted()
    {
        using RoutedChild child = new RoutedChild(snapshotMilliseconds: 0);
        child.Session.Header->RamBytes = 1 << 20;
        child.Run("return");
        Assert.Equal((7, "", ""), (child.ExitCode, child.Output, child.Errors));
        Assert.Equal(SessionState.Refused, child.State);
        Assert.Contains(SessionNotes.Read(child.Session), note => note.Kind == "refused");
        Assert.Equal(0UL, SessionCounters.ReadHeader(child.Session).EventCount);
    }

    private static void AssertWork(RoutedChild child)
    {
        Assert.Equal((10UL, 0UL, 1000UL), (child.Site(1).Allocations, child.Site(1).Released, child.Site(1).RequestedBytes));
        Assert.Equal((1UL, 1UL, 11UL, 11UL), (child.Site(2).Allocations, child.Site(2).MappedAllocations, child.Site(2).MinorFaults, child.Site(2).ResidentPages));
        Assert.Equal((2UL, 1UL, 1UL), (child.Site(3).Calls, child.Site(3).Allocations, child.Site(3).Released));
        Assert.Empty(SessionFindings.Read(child.Session));
        Assert.Equal(11, SessionBlocks.Live(child.Session).Count(block => block.AllocationSite is 1 or 2));
        SnapshotRecord snapshot = child.Snapshot;
        Assert.Equal((12UL, 12UL, 11UL), (snapshot.MinorFaults, snapshot.ResidentPages, snapshot.MappedResidentPages));
        Assert.True(snapshot.RealResidentPages > 1000 && snapshot.RealMinorFaults > 1000);
        // Eleven pages of the big block, the heap's page of the small ones; headers are in the shadow.
        Assert.InRange(snapshot.RealArenaPages, 11UL, 12UL);
    }
}
