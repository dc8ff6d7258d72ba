using System.Diagnostics;
using Faultline.BenchmarkDotNet.Child;

namespace Faultline.BenchmarkDotNet;

/// <summary>
/// How benchmarks' processes are told whether to count: by their environment. What routes the calls is compiled in, so FAULTLINE_OFF=1 in the environment of
/// BenchmarkDotNet's own process, which its children get, takes it away from each timed run.
/// </summary>
internal static class CountingProcess
{
    /// <summary>Names the file that the figures go to.</summary>
    public const string FileVariable = "FAULTLINE_BENCHMARK";

    private const string OffVariable = "FAULTLINE_OFF";
    private const string HooksVariable = "DOTNET_STARTUP_HOOKS";

    public static void SwitchOthersOff() => Environment.SetEnvironmentVariable(OffVariable, "1");

    /// <summary>For the run that counts: routed, and with this assembly's startup hook before the hooks that are there already.</summary>
    public static void Prepare(ProcessStartInfo start, string file)
    {
        start.Environment.Remove(OffVariable);
        start.Environment[FileVariable] = file;
        start.Environment.TryGetValue(HooksVariable, out string? hooks);
        // By its name: the process has an assembly of that name among its own.
        string own = typeof(EngineListener).Assembly.GetName().Name!;
        start.Environment[HooksVariable] = string.IsNullOrEmpty(hooks) ? own : own + Path.PathSeparator + hooks;
    }

    /// <summary>In the process that counts: the file; its own children do not count. Null in any other.</summary>
    public static string? TakeFile()
    {
        string? file = Environment.GetEnvironmentVariable(FileVariable);
        Environment.SetEnvironmentVariable(FileVariable, null);
        string own = typeof(EngineListener).Assembly.GetName().Name!;
        IEnumerable<string> others = (Environment.GetEnvironmentVariable(HooksVariable) ?? "").Split(Path.PathSeparator).Where(hook => hook != own);
        Environment.SetEnvironmentVariable(HooksVariable, string.Join(Path.PathSeparator, others));
        return file;
    }
}
