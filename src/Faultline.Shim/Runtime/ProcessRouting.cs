using Faultline.Shim.Engine;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Runtime;

/// <summary>
/// Whether and how this process's calls are routed, without looking for the engine: that is made once, and who makes it may
/// want to say how before.
/// </summary>
internal static class ProcessRouting
{
    private static volatile bool s_isSettled;

    /// <summary>Why calls are not routed though they should be; null where they are, or nothing asked for it.</summary>
    public static string? Refusal { get; private set; }

    /// <summary>Whether the engine was looked for.</summary>
    public static bool IsSettled => s_isSettled;

    public static bool IsRouted => s_isSettled ? ShimRuntime.Engine is { HasSteppedAside: false }
        : Environment.GetEnvironmentVariable(SessionLayout.EnvironmentVariable) != null || OwnSession.IsWanted;

    /// <summary>The engine was looked for: what was asked of it comes too late from now on.</summary>
    public static void Settle(string? refusal = null)
    {
        Refusal ??= refusal;
        s_isSettled = true;
    }

    /// <summary>The process's engine, made with these options if it is not there yet. Throws as <see cref="FaultlineSession.Start"/> says.</summary>
    public static ShimEngine Start(FaultlineOptions? options)
    {
        if (options != null)
            OwnSession.Propose(options);
        // Looking for the engine would settle that there is none, and an assembly that is routed may still be loaded.
        if (!s_isSettled && !IsRouted)
            throw new InvalidOperationException(WhyNot());
        ShimEngine engine = ShimRuntime.Engine ?? throw new InvalidOperationException(WhyNot());
        if (options != null && OwnSession.Options is { } made && made != options)
            throw new InvalidOperationException("the process's session was made with other options: start it with these before the first routed call and before any other session");
        return engine;
    }

    private static string WhyNot() => Refusal is { } reason ? $"this process's native calls are not routed: {reason}"
        : OwnSession.IsSwitchedOff ? $"this process's native calls are not routed: {OwnSession.OffVariable} is set"
        : "this process's native calls are not routed: build it with <FaultlineRouting>true</FaultlineRouting> (package Faultline.Shim), or start it with faultline run";
}
