using Faultline.Tracing.Session;

namespace Faultline.Tracing.Tests.Session;

/// <summary>A file that a program writes about itself: whole under its name or not there, and never over another.</summary>
public sealed class OwnFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("faultline-own-").FullName;

    private string Named => Path.Combine(_folder, "own.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void ItHasItsNameOnceItIsWhole()
    {
        using (OwnFile file = OwnFile.Create(Named, "VARIABLE")!)
        {
            file.Stream.Write("whole"u8);
            Assert.False(File.Exists(Named));
            file.Commit();
        }

        Assert.Equal("whole", File.ReadAllText(Named));
        Assert.Equal([Named], Directory.GetFiles(_folder));
    }

    [Fact]
    public void WhatIsNotFinishedLeavesNothing()
    {
        OwnFile.Create(Named, "VARIABLE")!.Dispose();
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public void WhatIsThereIsKept()
    {
        File.WriteAllText(Named, "kept");
        Assert.Null(OwnFile.Create(Named, "VARIABLE"));
        Assert.Equal("kept", File.ReadAllText(Named));
    }

    [Fact]
    public void WhatCameInBetweenIsKeptToo()
    {
        using OwnFile file = OwnFile.Create(Named, "VARIABLE")!;
        File.WriteAllText(Named, "kept");
        Assert.Throws<IOException>(file.Commit);
        Assert.Equal("kept", File.ReadAllText(Named));
    }

    [Fact]
    public void AFolderThatIsNotThereIsAnError() => Assert.Throws<DirectoryNotFoundException>(() => OwnFile.Create(Path.Combine(_folder, "none", "own.json"), "VARIABLE"));

    [Fact]
    public void ALineThatIsNoSourceKeyIsSaid()
    {
        Assert.Equal(new SourceKey(7, "0123456789abcdef", "Space.Type.Member(int)", "fedcba9876543210", 2), Assert.Single(SourceKey.Parse("7\t0123456789abcdef\tfedcba9876543210\t2\tSpace.Type.Member(int)\n")));
        Assert.Contains("7\tx", Assert.Throws<InvalidDataException>(() => SourceKey.Parse("7\tx\n")).Message);
    }
}
