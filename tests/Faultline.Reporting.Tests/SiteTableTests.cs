using Faultline.Tracing.Session;

namespace Faultline.Reporting.Tests;

public class SiteTableTests
{
    private static CallSite Site(int id, string? file = null, int line = 0) => new(id, "App", "Some.Space.Worker", "Run", "NativeMemory.Alloc", file, line);

    [Theory]
    [InlineData("/home/me/src/Worker.cs", "Worker.cs:12 Run")]
    [InlineData("C:\\src\\Worker.cs", "Worker.cs:12 Run")]
    [InlineData("Worker.cs", "Worker.cs:12 Run")]
    [InlineData(null, "App!Worker.Run")]
    public void IsShownByLineOrByName(string? file, string expected) => Assert.Equal(expected, Site(1, file, file == null ? 0 : 12).Display);

    [Fact]
    public void UnknownIdsAreNamedAsSuch()
    {
        SiteTable table = new([Site(1)]);
        Assert.Equal("(unknown site)", table.Get(0).Display);
        Assert.Equal("(unknown site 9)", table.Get(9).Display);
        Assert.Equal("App!Worker.Run", table.Get(1).Display);
    }

    [Fact]
    public void SitesAreOrderedById() => Assert.Equal([1, 3, 7], new SiteTable([Site(7), Site(1), Site(3)]).Sites.Select(s => s.Id));

    [Fact]
    public void TwoSitesCannotShareAnId() => Assert.Throws<ArgumentException>(() => new SiteTable([Site(3), Site(3)]));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(SessionLayout.SiteCapacity)]
    public void IdsHaveARange(int id) => Assert.Throws<ArgumentException>(() => new SiteTable([Site(id)]));
}
