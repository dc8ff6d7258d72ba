using Faultline.Tracing.Session;

namespace Faultline.Tracing.Tests.Session;

/// <summary>Call sites in memory that the tool and the program share.</summary>
public class SharedSitesTests
{
    private static readonly CallSite[] Some =
    [
        new(1, "App", "N.Program", "<Main>$", "NativeMemory.Alloc", "/src/Program.cs", 12),
        new(2, "Lib", "N.Box<T, U>", "Fill", "malloc", null, 0),
        new(7, "Odd", "T", "M", "Marshal.AllocHGlobal", "C:\\new\\tab\tle\\r.cs", 3),
        new(8, "Odd", "T", "line\r\nend\\", "free", "a.cs", int.MaxValue),
    ];

    [Fact]
    public void WhatIsSharedIsReadAgain()
    {
        using SharedSites shared = SharedSites.Create(Some.Take(2));
        Assert.Equal(Some.Take(2), SharedSites.Read(shared.Path));
        SharedSites.Append(shared.Path, Some.Skip(2));
        Assert.Equal(Some, SharedSites.Read(shared.Path));
    }

    [Fact]
    public void NothingSharedIsNothingRead()
    {
        using SharedSites shared = SharedSites.Create([]);
        Assert.Empty(SharedSites.Read(shared.Path));
    }

    [Theory]
    [InlineData("1\tA\tT\tM\tmalloc\t12")]
    [InlineData("x\tA\tT\tM\tmalloc\t12\ta.cs")]
    [InlineData("1\tA\tT\tM\tmalloc\t-12\ta.cs")]
    public void ALineThatIsNoSiteIsNamed(string line)
        => Assert.Contains(line, Assert.Throws<InvalidDataException>(() => CallSiteLines.Parse(line + "\n")).Message);
}
