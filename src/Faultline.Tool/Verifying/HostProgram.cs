using System.Diagnostics;
using System.Text;

namespace Faultline.Tool.Verifying;

/// <summary>A program run to its end, its output kept.</summary>
internal static class HostProgram
{
    internal sealed record Result(int ExitCode, string Output, string Error);

    /// <param name="environment">The whole environment of the program; null: this process's.</param>
    public static Result Run(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        ProcessStartInfo start = new(program)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.Latin1,
            StandardErrorEncoding = Encoding.Latin1,
        };
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        if (environment != null)
        {
            start.Environment.Clear();
            foreach ((string name, string value) in environment)
                start.Environment[name] = value;
        }

        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new Result(process.ExitCode, output, error.Result);
    }
}
