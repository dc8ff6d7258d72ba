using System.Runtime.CompilerServices;
using Faultline.Shim.Runtime;
using Faultline.Tracing.Session;

namespace Faultline.Shim.Tests.Support;

/// <summary>
/// The test process has a session of its own, so that the facades route: the environment names it before the first test
/// can touch a facade.
/// </summary>
internal static class RoutedProcess
{
    public static SessionFile Session { get; private set; } = null!;

    /// <summary>The site ids that facade tests use; each takes its own.</summary>
    private static int _lastSite;

    public static int NextSite() => Interlocked.Increment(ref _lastSite);

    /// <summary>What a site did. Fails the test if the simulation has stopped: then the real functions answered.</summary>
    public static SiteCounters Site(int site)
    {
        Assert.False(ShimRuntime.Engine!.HasSteppedAside, string.Join("\n", SessionNotes.Read(Session)));
        return SessionCounters.Read(Session, site);
    }

    public static IEnumerable<FindingRecord> FindingsAt(int site) => SessionFindings.Read(Session).Where(finding => finding.DetectionSite == (uint)site);

    [ModuleInitializer]
    internal static void Start()
    {
        Session = SessionFile.Create(new SessionParameters { SiteCount = 100_000, SnapshotMilliseconds = 20 });
        Environment.SetEnvironmentVariable(SessionLayout.EnvironmentVariable, Session.Path);
        if (!ShimRuntime.IsRouted)
            throw new InvalidOperationException("the test process was refused its session: " + string.Join("; ", SessionNotes.Read(Session)));
    }
}
