using Faultline.Shim.Tests.Support;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Tests.Runtime;

/// <summary>A program that asks for its own figures: with the tool's session, with one of its own, without any.</summary>
public class FaultlineSessionTests
{
    /// <summary>Of the test program's work; the heap's one page faults the first time only.</summary>
    private static readonly string[] Measured =
    [
        "12 blocks 1050076 bytes 12+0 faults brk 1 mmap 1 live 11 1049576 left 11 1049576",
        "  Program.cs:12 Work: 10 1000 1 10",
        "  Program.cs:13 Work: 1 1048576 11 1",
        "  (unknown site 3): 1 500 0 0",
        "12 blocks 1050076 bytes 11+0 faults brk 0 mmap 1 live 22 2099152 left 11 1049576",
        "  Program.cs:12 Work: 10 1000 0 10",
        "  Program.cs:13 Work: 1 1048576 11 1",
        "  (unknown site 3): 1 500 0 0",
        "0 blocks 0 bytes 0+0 faults brk 0 mmap 0 live 22 2099152 left 0 0",
        "disposed",
    ];

    [Fact]
    public void UnderTheToolItIsTheToolsSession()
    {
        CallSite[] named = [Site(1, 12), Site(2, 13)];
        using SharedSites sites = SharedSites.Create(named);
        using RoutedChild child = new RoutedChild(snapshotMilliseconds: 0).Run("session", environment: (SharedSites.EnvironmentVariable, sites.Path));
        Assert.Equal((0, ""), (child.ExitCode, child.Errors));
        Assert.Equal(["routed True", "routed True", .. Measured], Lines(child));
        // The options were the tool's.
        Assert.Equal(new SessionParameters().RamBytes, SessionCounters.ReadHeader(child.Session).RamBytes);
        Assert.Equal(20UL, child.Site(1).Allocations);
    }

    [Fact]
    public void RoutedByTheCompilerItIsTheProcesssOwn()
    {
        using RoutedChild child = new RoutedChild().Run("session-compiled", routed: false);
        Assert.Equal((0, ""), (child.ExitCode, child.Errors));
        Assert.Equal(["routed True", "routed True", .. Measured], Lines(child));
    }

    [Fact]
    public void WithoutARouteItSaysSo()
    {
        using RoutedChild child = new RoutedChild().Run("session", routed: false);
        Assert.Equal((3, ""), (child.ExitCode, child.Errors));
        Assert.Equal("routed False", Lines(child)[0]);
        Assert.Contains("<FaultlineRouting>true</FaultlineRouting>", Lines(child)[1]);
    }

    [Fact]
    public void SwitchedOffItSaysSo()
    {
        using RoutedChild child = new RoutedChild().Run("session-compiled", routed: false, environment: ("FAULTLINE_OFF", "1"));
        Assert.Equal((3, ""), (child.ExitCode, child.Errors));
        Assert.Equal(["routed False", "this process's native calls are not routed: FAULTLINE_OFF is set"], Lines(child));
    }

    [Fact]
    public void OptionsThatComeTooLateOrAreWrongAreRefused()
    {
        using RoutedChild child = new RoutedChild().Run("session-late", routed: false);
        Assert.Equal((0, ""), (child.ExitCode, child.Errors));
        string[] lines = Lines(child);
        Assert.Contains("made with other options", lines[0]);
        Assert.Contains("RamBytes must be within 64 MiB to 16 TiB", lines[1]);
        Assert.Equal("12", lines[2]);
    }

    private static CallSite Site(int id, int line) => new(id, "TestProgram", "Programs.Program", "Work", "NativeMemory.Alloc", "Program.cs", line);

    private static string[] Lines(RoutedChild child) => child.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
