using Xunit.Abstractions;

namespace Faultline.Routing.Tests;

/// <summary>Both routes lead to the same facades: each sample has the same figures at each of its call sites, in a table.</summary>
public class SampleRouteTests(ITestOutputHelper table)
{
    /// <summary>The routes see the same calls; where a library's calls are seen by the tool alone, its blocks lie between the sample's and share their pages.</summary>
    [Theory]
    [InlineData("ImagePipeline", true)]
    [InlineData("ChurningReader", true)]
    [InlineData("LeakyCache", true)]
    [InlineData("FragmentedIndex", true)]
    [InlineData("ZstdRoundTrip", false)]
    public void TheSameFiguresByEitherRoute(string sample, bool withoutLibrary)
    {
        RoutedRun tool = RoutedRun.ByTool(sample), compiler = RoutedRun.ByCompiler(sample);
        IReadOnlyList<SiteFigures> expected = tool.Sites(sample), found = compiler.Sites(sample);
        table.WriteLine($"{sample}: minor faults {tool.MinorFaults} by the tool, {compiler.MinorFaults} by the compiler");
        table.WriteLine($"{"calls",8} {"blocks",8} {"bytes",12} {"faults",8} {"live",6}  by the tool, then by the compiler");
        foreach (SiteFigures site in expected.Concat(found).OrderBy(site => site.Place, StringComparer.Ordinal))
            table.WriteLine($"{site.Calls,8} {site.Blocks,8} {site.RequestedBytes,12} {site.MinorFaults,8} {site.LiveBlocks,6}  {site.Place}");

        Assert.Equal((tool.Output, tool.ExitCode), (compiler.Output, compiler.ExitCode));
        Assert.NotEmpty(expected);
        if (withoutLibrary)
        {
            Assert.Equal(expected, found);
            Assert.Equal(tool.MinorFaults, compiler.MinorFaults);
        }
        else
        {
            Assert.Equal(expected.Select(site => site with { MinorFaults = 0 }), found.Select(site => site with { MinorFaults = 0 }));
        }
    }
}
