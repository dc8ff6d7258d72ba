using System.Diagnostics;

namespace Faultline.Tool.Tests.Viewing;

/// <summary>
/// The procps tools of this machine, looking at an exported tree: in a mount namespace of their own, the folder bound over /proc, and in
/// a PID namespace, where the tool itself is process 1, which the tree has.
/// </summary>
internal static class RealProcps
{
    public static string? WhyNot { get; } =
        Environment.UserName != "root" ? "SKIPPED: only root may bind a folder over /proc"
        : ((string[])["unshare", "mount", "top", "free", "vmstat", "ps", "pmap", "slabtop"]).FirstOrDefault(tool => !TestSupport.Host.OnPath(tool)) is { } missing
            ? $"SKIPPED: no {missing} on PATH"
        : Start("true", "/proc", out string error).Length > 0 || error.Length > 0 ? $"SKIPPED: no mount namespace to be had here: {error.Trim()}"
        : null;

    /// <summary>What a command prints; it must end well and say nothing on standard error.</summary>
    public static string Run(string tree, string command)
    {
        string output = Start(command, Path.Combine(tree, "proc"), out string error);
        Assert.Equal("", error);
        return output;
    }

    private static string Start(string command, string proc, out string error)
    {
        var start = new ProcessStartInfo("unshare", ["--mount", "--pid", "--fork", "sh", "-c", $"mount --bind '{proc}' /proc && exec {command}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["COLUMNS"] = "200";
        start.Environment["LC_ALL"] = "C";
        start.Environment["TERM"] = "dumb";
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        error = errors.Result;
        process.WaitForExit();
        if (process.ExitCode != 0)
            error += $"(exit code {process.ExitCode})";
        return output;
    }
}

/// <summary>A test that lets the real procps tools read an exported tree.</summary>
public sealed class RealProcpsFactAttribute : FactAttribute
{
    public RealProcpsFactAttribute() => Skip = RealProcps.WhyNot;
}
