using System.Diagnostics;
using Faultline.TestSupport;

namespace Faultline.Browser.Tests.Support;

/// <summary>The tool as a user starts it, and the samples, as they were built beside these tests.</summary>
internal static class Tool
{
    public static readonly string[] Samples = ["FragmentedIndex", "ChurningReader", "LeakyCache", "ImagePipeline", "ZstdRoundTrip"];

    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(5);

    private static readonly string s_configuration =
        AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}") ? "Release" : "Debug";

    /// <summary>Runs the tool; answers what it printed. Throws where it fails.</summary>
    public static string Run(params string[] arguments)
    {
        string tool = Repository.Path("src", "Faultline.Tool", "bin", s_configuration, "net10.0", "faultline.dll");
        using Process process = Process.Start(new ProcessStartInfo("dotnet", [tool, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(s_limit))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"faultline {string.Join(' ', arguments)} did not end in {s_limit}");
        }

        return process.ExitCode == 0 ? output.Result + error.Result : throw new InvalidOperationException($"faultline {string.Join(' ', arguments)}: {error.Result}");
    }

    /// <summary>Runs and records a sample, and makes its page; answers the page's path.</summary>
    public static string PageOf(string sample, string folder)
    {
        string program = Repository.Path("samples", sample, "bin", s_configuration, "net10.0", sample + ".dll");
        string trace = Path.Combine(folder, sample + ".fltrace"), page = Path.Combine(folder, sample + ".html");
        Run("run", "--quiet", "--trace", trace, "--force", program);
        Run("report", trace, "--output", page, "--force", "--title", sample);
        return page;
    }
}
