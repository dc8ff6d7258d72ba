using System.Diagnostics;

namespace Faultline.EndToEnd.Tests;

/// <summary>A program that has ended: its exit code as a shell shows it, and what it printed.</summary>
internal sealed record Completed(int ExitCode, string Output, string Error)
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(3);

    public static Completed Run(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null,
        string? folder = null)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.WorkingDirectory = folder ?? "";
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(s_limit))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} {string.Join(' ', start.ArgumentList)} did not end in {s_limit}");
        }

        process.WaitForExit();
        return new Completed(process.ExitCode, output.Result, error.Result);
    }
}
