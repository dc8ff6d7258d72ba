using System.Runtime.InteropServices;
using Faultline.Libc;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Runtime;

/// <summary>
/// The session of a program that was routed by the compiler and runs without the tool: it makes the session file itself, in its own
/// memory, which is lost with it. What survives is what it writes at its end.
/// </summary>
internal static class OwnSession
{
    /// <summary>Set to 1, it leaves a program unrouted that was routed by the compiler.</summary>
    public const string OffVariable = "FAULTLINE_OFF";

    /// <summary>Names the glibc that is simulated where the program's own options do not.</summary>
    public const string LibcVariable = "FAULTLINE_LIBC";

    /// <summary>A program's libraries may bring sites after the session is made; those past this many count as unknown.</summary>
    private const int FewestSites = 4095;

    private static FaultlineOptions? s_proposed;

    /// <summary>What the session was made with; null where there is none.</summary>
    public static FaultlineOptions? Options { get; private set; }

    public static bool IsSwitchedOff => Environment.GetEnvironmentVariable(OffVariable) == "1";

    /// <summary>Whether there are calls that would come to it.</summary>
    public static bool IsWanted => CompiledSites.Count > 0 && !IsSwitchedOff;

    /// <summary>Options for the session to come; the first are taken. Throws <see cref="ArgumentOutOfRangeException"/>.</summary>
    public static void Propose(FaultlineOptions options)
    {
        options.ToParameters(siteCount: 0);
        Interlocked.CompareExchange(ref s_proposed, options, null);
    }

    /// <summary>
    /// Makes and claims it. Throws <see cref="IOException"/> where the host refuses, <see cref="PlatformNotSupportedException"/> where it is none that can be watched,
    /// <see cref="InvalidOperationException"/> for a glibc in the environment that there is not.
    /// </summary>
    public static (SessionFile Session, string Path) Create()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
            throw new PlatformNotSupportedException($"it needs Linux on x64; this is {RuntimeInformation.OSDescription} on {RuntimeInformation.ProcessArchitecture}");
        FaultlineOptions options = s_proposed ?? new FaultlineOptions();
        int sites = Math.Clamp(CompiledSites.Count * 2, FewestSites, SessionLayout.SiteCapacity - 1);
        // The file lives on in the mapping that counts.
        using SessionFile made = SessionFile.Create(Parameters(options, (uint)sites) with { RecordingDescriptor = OwnTrace.Open() });
        SessionFile session = SessionFile.Attach(made.Path, largestArena: 1UL << 40)
            ?? throw new IOException("the new session is another process's");
        OwnTrace.Start(session);
        Options = options;
        return (session, session.Path);
    }

    private static SessionParameters Parameters(FaultlineOptions options, uint sites)
    {
        SessionParameters parameters = options.ToParameters(sites);
        if (options.Libc != null || Environment.GetEnvironmentVariable(LibcVariable) is not { Length: > 0 } name)
            return parameters;
        return parameters with { Libc = LibcProfile.Find(name) ?? throw new InvalidOperationException($"{LibcVariable}={name} is none of {LibcProfile.Names}") };
    }
}
