using System.Text.RegularExpressions;
using Faultline.TestSupport;

namespace Faultline.Interceptors.Tests;

/// <summary>Every way to write a call: compiled, run in this process, and looked for in its session.</summary>
public partial class ShapeTests
{
    [Fact]
    public void EveryCallIsCountedAtItsPlaceAndMember()
    {
        string source = File.ReadAllText(Repository.Path("tests", "Faultline.Interceptors.Tests", "Shapes.txt"));
        RoutedProject project = new(source);
        System.Reflection.Assembly program = project.Load();
        using FaultlineSession session = FaultlineSession.Start();
        FaultlineMeasurement measured = session.Measure(() => program.GetType("Program")!.GetMethod("Run")!.Invoke(null, null));

        IEnumerable<string> found = measured.Sites.Where(site => site.Site.Assembly == program.GetName().Name)
            .Select(site => $"{site.Site.File}:{site.Site.Line} {site.Site.Method}: {site.Site.Api}");
        Assert.Equal(Expected(source).Order(), found.Order());
        Assert.Equal(0, measured.Totals.LiveBlocks);
        Assert.DoesNotContain(measured.Sites, site => site.Site.IsUnknown);
    }

    /// <summary>What the comments in the source say; #line counts lines anew.</summary>
    private static IEnumerable<string> Expected(string source)
    {
        string file = "Program.cs";
        int number = 0, real = 0;
        foreach (string line in source.Split('\n'))
        {
            real++;
            number++;
            if (Directive().Match(line) is { Success: true } mapped)
                (file, number) = (mapped.Groups[2].Value, int.Parse(mapped.Groups[1].Value) - 1);
            else if (line.StartsWith("#line default", StringComparison.Ordinal))
                (file, number) = ("Program.cs", real);
            if (Expectation().Match(line) is { Success: true } expected)
                foreach (string api in expected.Groups[2].Value.Split(' '))
                    yield return $"{file}:{number} {expected.Groups[1].Value}: {api}";
        }
    }

    [GeneratedRegex(@"//: (.+): (.+)$")]
    private static partial Regex Expectation();

    [GeneratedRegex("^#line ([0-9]+) \"(.+)\"")]
    private static partial Regex Directive();
}
