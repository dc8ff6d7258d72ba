using System.Diagnostics;

namespace Faultline.Testing.Tests;

/// <summary>The test program, run in a process of its own: what it printed, and its exit code.</summary>
internal sealed record LimitedRun(int ExitCode, string Output)
{
    public static LimitedRun Of(string[] arguments, params (string Name, string Value)[] environment)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "Faultline.Testing.TestProgram.dll");
        ProcessStartInfo start = new("dotnet", ["exec", program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Remove("FAULTLINE_OFF");
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        Assert.Equal("", errors.Result);
        process.WaitForExit();
        return new(process.ExitCode, output);
    }
}
