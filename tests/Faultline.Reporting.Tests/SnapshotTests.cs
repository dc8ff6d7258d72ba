using System.Text;
using Faultline.TestSupport;

namespace Faultline.Reporting.Tests;

/// <summary>The whole text and JSON of every scenario, as files to read and compare.</summary>
public class SnapshotTests
{
    public static TheoryData<string> Names => [.. Scenarios.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Text(string name) => Snapshot.Match("Faultline.Reporting.Tests", name + ".txt", TextOf(Scenarios.All[name].Report, new TextOptions()));

    [Theory]
    [MemberData(nameof(Names))]
    public void Json(string name)
    {
        using MemoryStream stream = new();
        JsonReport.Write(Scenarios.All[name].Report, stream);
        Snapshot.Match("Faultline.Reporting.Tests", name + ".json", Encoding.UTF8.GetString(stream.ToArray()));
    }

    [Theory]
    [InlineData(80)]
    [InlineData(120)]
    public void TextOnATerminal(int width)
        => Snapshot.Match("Faultline.Reporting.Tests", $"findings-{width}.txt", TextOf(Scenarios.All["findings"].Report, new TextOptions(Width: width, Colour: true)));

    internal static string TextOf(Report report, TextOptions options)
    {
        using StringWriter writer = new() { NewLine = "\n" };
        TextReport.Write(report, writer, options);
        return writer.ToString();
    }
}
