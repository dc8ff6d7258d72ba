using System.Diagnostics;
using Faultline.TestSupport;

namespace Faultline.Kernel.Tests;

/// <summary>Runs scripts on this machine's kernel by a small C program, compiled once a test run.</summary>
internal static class RealKernel
{
    private const int Tries = 6;

    private static readonly Lazy<string> s_probe = new(() => Compile("probe.c"));

    /// <summary>What the kernel printed for the script twice in a row: a run that something else disturbed is repeated.</summary>
    public static string[] Run(string script)
    {
        string previous = Once(script);
        for (int i = 1; i < Tries; i++)
        {
            string next = Once(script);
            if (next == previous)
                return next.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            previous = next;
        }

        throw new InvalidOperationException($"the kernel never answered alike twice in {Tries} runs");
    }

    private static string Once(string script)
    {
        using System.Diagnostics.Process process = Start(s_probe.Value, [Path.GetDirectoryName(s_probe.Value)!]);
        process.StandardInput.Write(script);
        process.StandardInput.Close();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"the probe ended with {process.ExitCode} after: {output}");
    }

    /// <summary>Compiles a program that lies beside this file; answers its path.</summary>
    public static string Compile(string name)
    {
        string folder = Directory.CreateTempSubdirectory("faultline-probe-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        string source = Repository.Path("tests", "Faultline.Kernel.Tests", "Differential", name);
        string probe = Path.Combine(folder, Path.GetFileNameWithoutExtension(name));
        using System.Diagnostics.Process compiler = Start(TestSupport.Host.OnPath("gcc") ? "gcc" : "cc", ["-O1", "-w", "-o", probe, source]);
        compiler.StandardInput.Close();
        string output = compiler.StandardOutput.ReadToEnd();
        compiler.WaitForExit();
        return compiler.ExitCode == 0 ? probe : throw new InvalidOperationException($"the probe does not compile: {output}");
    }

    private static System.Diagnostics.Process Start(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true };
        return System.Diagnostics.Process.Start(start)!;
    }
}
