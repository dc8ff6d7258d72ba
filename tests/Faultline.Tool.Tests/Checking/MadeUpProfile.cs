using System.Globalization;
using Faultline.Reporting;
using Faultline.Tracing.Replay;
using Faultline.Tracing.Session;

namespace Faultline.Tool.Tests.Checking;

/// <summary>Profiles of a run that never was, with figures to set limits on.</summary>
internal static class MadeUpProfile
{
    /// <summary>The tests may run on Actions themselves, which then must not be told of breaches that are made up.</summary>
    static MadeUpProfile()
    {
        Environment.SetEnvironmentVariable("GITHUB_ACTIONS", null);
        Environment.SetEnvironmentVariable("GITHUB_STEP_SUMMARY", null);
    }

    /// <summary>Two sites: Cache.cs:40 with the faults and the leak that are given, and Program.cs:7 with 100 faults and no leak.</summary>
    public static string Write(string folder, string name, ulong faults = 1000, ulong leak = 0, double? fragmentation = 0.05, string key = "00000000000000aa", int line = 40, ulong? pinned = 10)
    {
        MeasuredSite[] sites =
        [
            Site(1, "NativeCache.Put", Path.Combine(folder, "src", "Cache.cs"), line, key, faults - 100, leak, pinned),
            Site(2, "Server.Run", Path.Combine(folder, "src", "Program.cs"), 7, "00000000000000bb", 100, 0, 0),
        ];
        MeasuredProfile profile = new(
            "App.dll", Completeness.Final, "glibc-2.36", "linux-6.x", "observe/pagemap-scan",
            new MeasuredTotals(faults, 20, 40_000, leak == 0 ? 0UL : 3, leak, fragmentation), new Pinning(pinned ?? 0, 100, 64), sites, []);
        string path = Path.Combine(folder, name);
        using FileStream stream = File.Create(path);
        MeasuredProfileJson.Write(profile, stream, folder);
        return path;
    }

    private static MeasuredSite Site(int id, string method, string file, int line, string key, ulong faults, ulong leak, ulong? pinned)
    {
        string[] names = method.Split('.');
        PowerHistogram sizes = new();
        sizes.Add(2000);
        return new(
            new CallSite(id, "App", "Space." + names[0], names[1], "NativeMemory.Alloc", file, line),
            new SiteIdentity(key, "Space." + method + "()", id.ToString("x16", CultureInfo.InvariantCulture), 0, null),
            new Amounts { Calls = 20, Blocks = 10, RequestedBytes = 20_000, UsableBytes = 20_080, LiveBlocks = leak == 0 ? 0UL : 3, LiveRequestedBytes = leak, LiveUsableBytes = leak, MinorFaults = faults },
            20_000, PagesKnown: true, new SiteMeasurement(sizes, new PowerHistogram(), pinned ?? 0), Leaks: leak > 0, Pins: false);
    }
}
