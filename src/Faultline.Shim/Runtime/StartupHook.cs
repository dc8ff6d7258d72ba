using System.Runtime.CompilerServices;
using Faultline.Shim.Runtime;

/// <summary>
/// What DOTNET_STARTUP_HOOKS runs before the program's Main: the name and the missing namespace are the runtime's
/// contract (docs/design/features/host-startup-hook.md of dotnet/runtime).
/// </summary>
internal class StartupHook
{
    /// <summary>
    /// Joins the session, if there is one: snapshots begin, and the environment and AppContext.BaseDirectory are put right,
    /// before the program's first line. Without the hook the first routed call does the same. A program that is measured as it is keeps its figures instead.
    /// </summary>
    public static void Initialize()
    {
        if (!ProcessFigures.KeepIfAsked())
            Join();
    }

    /// <summary>Apart, so that an unrouted program loads nothing of it.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Join() => _ = ShimRuntime.IsRouted;
}
