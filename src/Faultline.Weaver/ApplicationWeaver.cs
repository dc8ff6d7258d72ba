using Faultline.Weaver.Applications;
using Faultline.Weaver.Shadow;

namespace Faultline.Weaver;

/// <summary>Run-time routing: makes a copy of an application whose native allocation calls go to the shim, and says how to start it.</summary>
public static class ApplicationWeaver
{
    /// <summary>
    /// Answers at once where nothing has changed since the last time. Safe to call from several processes at a time.
    /// Throws UnsupportedApplicationException, with a message of one line, for what cannot be routed.
    /// </summary>
    public static LaunchPlan Prepare(ApplicationTarget target, WeaverOptions options, IProgress<string>? progress = null)
    {
        string path = Path.GetFullPath(target.Path), shim = Path.GetFullPath(options.ShimFolder);
        CacheFolder cache = new(options.CacheFolder);
        string planPath = Path.Combine(cache.Root, "plans", ContentKey.OfPaths(path, shim));
        try
        {
            StoredPlan? plan = PlanFile.TryRead(planPath);
            if (plan is not null && plan.IsFor(path, shim) && plan.IsCurrent())
            {
                CacheFolder.Touch(plan.CopyFolder);
                ShadowFolder.LinkNewFiles(plan.OriginalFolder, plan.CopyFolder);
            }
            else
            {
                plan = new PlanMaker(path, shim, cache, progress).Make();
                PlanFile.Write(planPath, plan);
                new CacheCleaner(cache.Root, options.CacheLimitBytes).Clean(DateTime.UtcNow);
            }

            return Launch(plan, target.Arguments);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UnsupportedApplicationException($"cannot prepare {path}: {e.Message}", e);
        }
    }

    private static LaunchPlan Launch(StoredPlan plan, IReadOnlyList<string> arguments)
    {
        string start = Path.Combine(plan.CopyFolder, plan.StartFile);
        string hook = Path.Combine(plan.CopyFolder, ShadowFolder.ShimAssemblies[0] + ".dll");
        string? others = Environment.GetEnvironmentVariable("DOTNET_STARTUP_HOOKS");
        Dictionary<string, string> environment = new()
        {
            ["DOTNET_STARTUP_HOOKS"] = string.IsNullOrEmpty(others) ? hook : $"{hook}:{others}",
            ["FAULTLINE_BASE_DIRECTORY"] = Path.TrimEndingDirectorySeparator(plan.BaseDirectory) + Path.DirectorySeparatorChar,
        };
        if (plan.WithoutReadyToRun)
            environment["DOTNET_ReadyToRun"] = "0";
        return plan.RunsOwnHost
            ? new LaunchPlan(start, arguments, environment, plan.Sites, plan.Summary)
            : new LaunchPlan(DotnetHost.Find(), ["exec", start, .. arguments], environment, plan.Sites, plan.Summary);
    }
}
