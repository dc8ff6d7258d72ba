using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Faultline.Tool.Building;

/// <summary>How a dotnet command ended and what it wrote, both streams together.</summary>
internal sealed record DotnetResult(int ExitCode, string Output);

/// <summary>Runs the SDK's commands beside the tool, with their output kept off the program's streams.</summary>
internal static class Dotnet
{
    /// <summary>Set by a dotnet command for its own children; they would tie a nested one to the wrong SDK.</summary>
    private static readonly string[] s_notInherited =
    [
        "MSBUILD_EXE_PATH", "MSBuildSDKsPath", "MSBuildExtensionsPath", "MSBuildLoadMicrosoftTargetsReadOnly",
        "MSBUILDFAILONDRIVEENUMERATINGWILDCARD",
    ];

    public static DotnetResult Run(params string[] arguments)
    {
        ProcessStartInfo start = new(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string variable in s_notInherited)
            start.Environment.Remove(variable);
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        start.Environment["DOTNET_NOLOGO"] = "1";
        StringBuilder output = new();
        using Process process = StartOrExplain(start);
        process.StandardInput.Close();
        process.OutputDataReceived += (_, line) => Append(output, line.Data);
        process.ErrorDataReceived += (_, line) => Append(output, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.WaitForExit();
        return new(process.ExitCode, output.ToString());
    }

    private static Process StartOrExplain(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new UsageException(
                $"cannot start '{start.FileName}' to build the project ({e.Message}): install the .NET SDK, or give the built app.dll");
        }
    }

    private static void Append(StringBuilder output, string? line)
    {
        if (line == null)
            return;
        lock (output)
            output.Append(line).Append('\n');
    }
}
