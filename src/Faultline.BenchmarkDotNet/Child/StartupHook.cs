using System.Diagnostics.CodeAnalysis;
using Faultline.BenchmarkDotNet;
using Faultline.BenchmarkDotNet.Child;

/// <summary>
/// What DOTNET_STARTUP_HOOKS runs before the Main of a benchmark's process: the name and the missing namespace are the runtime's contract
/// (docs/design/features/host-startup-hook.md of dotnet/runtime).
/// </summary>
[SuppressMessage("Design", "CA1050", Justification = "The runtime looks for it there.")]
internal class StartupHook
{
    private static EngineListener? s_listener;

    public static void Initialize()
    {
        if (CountingProcess.TakeFile() is { } file)
            s_listener = new EngineListener(file);
    }
}
