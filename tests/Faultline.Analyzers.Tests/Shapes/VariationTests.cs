using Faultline.Analyzers.Tests.Support;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Faultline.Analyzers.Tests.Shapes;

/// <summary>Each shape in many spellings: what one of them gets right, the others must get right too.</summary>
public class VariationTests
{
    public static TheoryData<string> Shapes => [.. Variation.All.Select(group => group.Key)];

    public static TheoryData<string> Names => [.. Variation.Shapes.Keys];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Says_what_it_must(string shape)
    {
        foreach (IGrouping<bool, Variation> group in Variation.All[shape].GroupBy(variation => variation.UsesSetting("finalizer_races")))
            Check([.. group], group.Key ? new() { ["faultline.finalizer_races"] = "true" } : []);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_shape_has_variations_of_its_kind(string shape)
    {
        Variation[] variations = [.. Variation.All[shape]];
        Assert.True(variations.Length >= 3, $"{shape} has {variations.Length} variations");
        string kind = Variation.Shapes[shape];
        Assert.Equal((shape, kind.Contains("warn"), kind.Contains("quiet")), (shape, kind.Contains("warn") && variations.Any(v => v.Warns), kind.Contains("quiet") && variations.Any(v => !v.Warns)));
    }

    [Fact]
    public void Each_variation_is_of_a_shape_in_the_list() => Assert.Empty(Variation.All.Select(group => group.Key).Except(Variation.Shapes.Keys));

    /// <summary>All of a shape in one compilation, each in a namespace of its own: a compilation costs more than what is in it.</summary>
    private static void Check(Variation[] variations, Dictionary<string, string> settings)
    {
        CSharpCompilation compilation = Inspect.Library(variations.Select((variation, number) => variation.ToFile(number)).Append(("Native.cs", Natives.Source)));
        ILookup<string, Diagnostic> found = Inspect.Run(compilation, settings).ToLookup(diagnostic => diagnostic.Location.SourceTree!.FilePath);
        string[] expected = [.. variations.Select(variation => $"{variation.Name} => {variation.Expected}")];
        string[] actual = [.. variations.Select((variation, number) => $"{variation.Name} => {Said(variation, [.. found[variation.ToFile(number).Path].Select(d => d.Id)])}")];
        Assert.Equal(string.Join("\n", expected), string.Join("\n", actual));
    }

    private static string Said(Variation variation, string[] ids)
    {
        if (variation.Expected[0] is '+' or '-')
            return string.Join(" ", variation.Expected.Split(' ').Select(token => (ids.Contains(token[1..]) ? "+" : "-") + token[1..]));
        string[] own = [.. ids.Where(Owned.Rules.Contains)];
        return own.Length == 0 ? Owned.Quiet : string.Join(" ", own);
    }
}
