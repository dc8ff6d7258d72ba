namespace Faultline.Weaver.Applications;

/// <summary>Finds the dotnet command that runs framework-dependent applications.</summary>
internal static class DotnetHost
{
    /// <summary>The one whose runtime this process runs on (it is new enough for the shim), then DOTNET_ROOT's, then PATH's.</summary>
    public static string Find()
    {
        // …/shared/Microsoft.NETCore.App/10.0.0/System.Private.CoreLib.dll
        string runtime = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        string? root = Environment.GetEnvironmentVariable("DOTNET_ROOT");
        string? found = Candidate(Path.Combine(runtime, "..", "..", ".."))
            ?? (string.IsNullOrEmpty(root) ? null : Candidate(root))
            ?? (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Select(Candidate).FirstOrDefault(path => path != null);
        return found ?? throw new UnsupportedApplicationException("no dotnet command found: install the .NET runtime, or set DOTNET_ROOT to its folder");
    }

    private static string? Candidate(string folder)
    {
        string path = Path.GetFullPath(Path.Combine(folder, "dotnet"));
        return File.Exists(path) ? path : null;
    }
}
