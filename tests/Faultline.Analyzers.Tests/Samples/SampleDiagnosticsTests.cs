using System.Text;
using System.Text.RegularExpressions;
using Faultline.TestSupport;
using ZstdSharp;

namespace Faultline.Analyzers.Tests.Samples;

/// <summary>What building the samples shows, line by line, compared with Snapshots/samples.txt.</summary>
public class SampleDiagnosticsTests
{
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    [Fact]
    public void Building_the_samples_shows_these_lines()
    {
        StringBuilder lines = new();
        foreach (string folder in Directory.GetDirectories(Repository.Path("samples")).Order(StringComparer.Ordinal))
            if (Directory.GetFiles(folder, "*.csproj").Length == 1)
                foreach (string line in Build(folder))
                    lines.Append(line).Append('\n');
        Snapshot.Match("Faultline.Analyzers.Tests", "samples.txt", lines.ToString());
    }

    private static IEnumerable<string> Build(string folder)
    {
        DirectoryInfo temporary = Directory.CreateTempSubdirectory("faultline-samples-");
        try
        {
            string usings = Path.Combine(temporary.FullName, "Usings.g.cs");
            File.WriteAllText(usings, ImplicitUsings);
            string printed = SdkCompiler.Compile(
                [.. Directory.GetFiles(folder, "*.cs"), .. Directory.GetFiles(Repository.Path("samples", "Shared"), "*.cs"), usings],
                [typeof(Compressor).Assembly.Location],
                Path.Combine(temporary.FullName, "Sample.dll"));
            return [.. printed.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Shorten).Order(new ByPlace())];
        }
        finally
        {
            temporary.Delete(recursive: true);
        }
    }

    /// <summary>"/somewhere/samples/A/B.cs(12,34): warning FLT0001: text (link)" to "A/B.cs:12 FLT0001 text"; anything else as it is.</summary>
    private static string Shorten(string line)
    {
        Match match = Regex.Match(line.Trim(), @"samples/([^(]+)\((\d+),\d+\): warning (FLT\d+): (.*?)( \(src/[^)]*\))?$");
        return match.Success ? $"{match.Groups[1].Value}:{match.Groups[2].Value} {match.Groups[3].Value} {match.Groups[4].Value}" : line.Trim();
    }

    private sealed class ByPlace : IComparer<string>
    {
        public int Compare(string? x, string? y) => string.CompareOrdinal(Key(x!), Key(y!));

        private static string Key(string line) => Regex.Replace(line, @":(\d+) ", match => ":" + match.Groups[1].Value.PadLeft(6, '0') + " ");
    }
}
