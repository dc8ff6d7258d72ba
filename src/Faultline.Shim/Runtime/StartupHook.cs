using Faultline.Shim.Runtime;

/// <summary>
/// What DOTNET_STARTUP_HOOKS runs before the program's Main: the name and the missing namespace are the runtime's
/// contract (docs/design/features/host-startup-hook.md of dotnet/runtime).
/// </summary>
internal class StartupHook
{
    /// <summary>Joins the session, so that snapshots begin before the first routed call, and gives AppContext.BaseDirectory its answer back.</summary>
    public static void Initialize()
    {
        string? folder = Environment.GetEnvironmentVariable(SessionEnvironment.BaseDirectoryVariable);
        if (folder != null)
            AppContext.SetData("APP_CONTEXT_BASE_DIRECTORY", folder);
        if (!ShimRuntime.IsRouted)
            SessionEnvironment.Remove();
    }
}
