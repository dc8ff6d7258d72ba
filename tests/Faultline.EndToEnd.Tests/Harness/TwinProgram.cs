using Faultline.TestSupport;

namespace Faultline.EndToEnd.Tests;

/// <summary>The C twin, compiled once: what the same calls and touches cost on the real C library and kernel.</summary>
internal static class TwinProgram
{
    private static readonly Lazy<string> s_path = new(Compile);

    public static ulong MinorFaults(string scenario)
    {
        Completed run = Completed.Run(s_path.Value, [scenario], new Dictionary<string, string> { ["GLIBC_TUNABLES"] = "" });
        Assert.True(run.ExitCode == 0, $"the twin failed with exit code {run.ExitCode}: {run.Error}");
        return ulong.Parse(run.Output.Split(' ')[1]);
    }

    private static string Compile()
    {
        string source = Repository.Path("tests", "Faultline.EndToEnd.Tests", "Twins", "touch-scenarios.c");
        string program = Path.Combine(AppContext.BaseDirectory, "touch-scenarios");
        Completed compiler = Completed.Run("gcc", ["-O1", "-fno-builtin", "-Wl,-z,now", "-o", program, source]);
        Assert.True(compiler.ExitCode == 0, compiler.Error);
        return program;
    }
}
