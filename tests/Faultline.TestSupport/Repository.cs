namespace Faultline.TestSupport;

/// <summary>Places in the source tree, found from where the test assembly runs.</summary>
public static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string Path(params string[] parts) => System.IO.Path.Combine([Root, .. parts]);

    /// <summary>
    /// Folder of the recorded traces with what the real glibc did on each: FAULTLINE_TRACES, or shared/traces beside
    /// the checkout; null when neither is there.
    /// </summary>
    public static string? SharedTraces { get; } = FindSharedTraces();

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder != null; folder = folder.Parent)
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Analyzers.sln")))
                return folder.FullName;
        throw new DirectoryNotFoundException($"no Analyzers.sln above {AppContext.BaseDirectory}");
    }

    private static string? FindSharedTraces()
    {
        string? named = Environment.GetEnvironmentVariable("FAULTLINE_TRACES");
        string folder = named ?? System.IO.Path.Combine(Root, "..", "shared", "traces");
        return Directory.Exists(folder) ? System.IO.Path.GetFullPath(folder) : null;
    }
}
