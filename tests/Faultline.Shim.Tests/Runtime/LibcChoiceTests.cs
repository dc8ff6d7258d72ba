using Faultline.Libc;
using Faultline.Shim.Host;
using Faultline.Shim.Tests.Support;

namespace Faultline.Shim.Tests.Runtime;

/// <summary>Which glibc is simulated: the session's, or for a program without the tool the one that its environment or its options name.</summary>
public unsafe class LibcChoiceTests
{
    private const int EINVAL = 22;

    [Theory]
    [InlineData("glibc-2.36", 0)]
    [InlineData("glibc-2.41", EINVAL)]
    public void AlignedAllocIsTheSimulatedGlibcs(string libc, int errno)
    {
        using RoutedChild tool = new RoutedChild(libc: LibcProfile.Find(libc)).Run("aligned");
        Assert.Equal((errno, ""), (tool.ExitCode, tool.Errors));
        Assert.Equal(1UL, tool.Site(1).Calls);
        using RoutedChild own = new RoutedChild().Run("aligned-compiled", routed: false, environment: ("FAULTLINE_LIBC", libc));
        Assert.Equal((errno, ""), (own.ExitCode, own.Errors));
    }

    [Fact]
    public void AGlibcThatThereIsNotIsToldAndNothingIsRouted()
    {
        using RoutedChild child = new RoutedChild().Run("session-compiled", routed: false, environment: ("FAULTLINE_LIBC", "glibc-1"));
        Assert.Equal(3, child.ExitCode);
        Assert.Contains($"FAULTLINE_LIBC=glibc-1 is none of {LibcProfile.Names}", child.Output);
        var e = Assert.Throws<ArgumentOutOfRangeException>(() => new FaultlineOptions { Libc = "2.41" }.ToParameters(1));
        Assert.Contains($"Libc must be within {LibcProfile.Names}", e.Message);
    }

    [Fact]
    public void CallocFromTheCacheIsZeroWhateverWasThere()
    {
        using TestEngine engine = new(libc: LibcProfile.Glibc241);
        byte* block = engine.Malloc(5 * 200);
        new Span<byte>(block, 1000).Fill(0xee);
        engine.Free(block);
        byte* zeroed = engine.Calloc(1000);
        Assert.Equal((nint)block, (nint)zeroed);
        Assert.Equal(-1, new Span<byte>(zeroed, 1000).IndexOfAnyExcept((byte)0));
        engine.Snapshot();
    }

    [Theory]
    [InlineData("2.36", null)]
    [InlineData("2.41", "this machine has 2.41: --libc glibc-2.41")]
    [InlineData("2.35", "this machine has 2.35, which is not modelled")]
    public void AnotherGlibcOfTheMachineIsTold(string version, string? text)
        => Assert.Equal(text, HostLibc.Difference(version, LibcProfile.Default, isOwnSession: false));

    [Fact]
    public void AProgramOfItsOwnIsToldItsVariable()
        => Assert.Equal("this machine has 2.36: FAULTLINE_LIBC=glibc-2.36", HostLibc.Difference("2.36", LibcProfile.Glibc241, isOwnSession: true));
}
