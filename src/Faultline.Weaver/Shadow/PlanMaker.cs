// The cold path: read what the application consists of, rewrite what has calls, make the copy.

using Faultline.Weaver.Applications;
using Faultline.Weaver.Probing;
using Faultline.Weaver.Rewriting;

namespace Faultline.Weaver.Shadow;

internal sealed class PlanMaker(string path, string shimFolder, CacheFolder cache, IProgress<string>? progress)
{
    private readonly List<string> notes = [];

    public StoredPlan Make()
    {
        foreach (string shim in ShadowFolder.ShimAssemblies)
            if (!File.Exists(Path.Combine(shimFolder, shim + ".dll")))
                throw new UnsupportedApplicationException($"{shim}.dll is missing in {shimFolder}: Faultline is not installed completely");
        Application application = ApplicationLocator.Locate(path, cache);
        AssemblyCatalog catalog = AssemblyCatalog.Read(application);
        List<FileStamp> inputs = Inputs(application, catalog);
        ShadowFolder shadow = new(application, shimFolder);
        bool ownHost = ChooseRuntime(application, shadow);

        using ApplicationResolver resolver = new(catalog.Listed.GroupBy(entry => entry.Facts.Name).ToDictionary(group => group.Key, group => group.First().Facts.Path));
        AssemblyRouter router = new(new WovenCache(cache, resolver), shadow, progress);
        router.Route(catalog);
        bool withoutReadyToRun = IsComposite(catalog);
        application.Configuration.AllowStartupHooks();
        foreach (string shim in ShadowFolder.ShimAssemblies)
            application.Dependencies?.AddAssembly(shim);

        string folder = cache.GetOrAdd("shadows", ContentKey.Of(inputs.Select(input => input.ToString()).Prepend(path)), shadow.Build);
        return new StoredPlan
        {
            Target = path,
            ShimFolder = shimFolder,
            Inputs = inputs,
            CodeFileNames = StoredPlan.CodeFilesIn(application.Folder),
            OriginalFolder = application.Folder,
            CopyFolder = folder,
            StartFile = Path.GetFileName(ownHost ? application.AppHost! : application.MainAssembly),
            RunsOwnHost = ownHost,
            WithoutReadyToRun = withoutReadyToRun,
            BaseDirectory = application.BaseDirectory,
            Sites = router.Sites,
            Summary = router.Summarize(application.Shape, notes),
        };
    }

    /// <summary>
    /// A runtime that was published with the application is used where it can carry the shim, and the installed one otherwise.
    /// Answers whether the copy's own host is to be started.
    /// </summary>
    private bool ChooseRuntime(Application application, ShadowFolder shadow)
    {
        RuntimeConfiguration configuration = application.Configuration;
        if (!configuration.IsSelfContained)
        {
            Version asked = configuration.RuntimeVersion;
            if (configuration.RaiseToShimRuntime())
                notes.Add($"built for .NET {asked.ToString(2)}, run on .NET {RuntimeConfiguration.ShimRuntime.Major}: the shim needs it");
            return false;
        }

        string? reason = application switch
        {
            { Shape: ApplicationShape.SingleFileSelfContained } => "its own runtime is linked into the single file",
            { AppHost: null } => "its own launcher is not there",
            _ when configuration.RuntimeVersion < RuntimeConfiguration.ShimRuntime => $"its own runtime is .NET {configuration.RuntimeVersion.ToString(2)}",
            _ when configuration.StartupHooksAreTrimmed => "its own runtime was trimmed",
            _ => null,
        };
        if (reason is null)
            return true;
        configuration.UseInstalledFrameworks();
        configuration.RaiseToShimRuntime();
        if (application.Dependencies is { } dependencies)
        {
            shadow.LeaveOut(dependencies.RuntimeFiles());
            dependencies.RemoveRuntime();
        }

        notes.Add($"self-contained, but run on the installed .NET: {reason}");
        return false;
    }

    /// <summary>Native code that was compiled across assemblies holds copies of methods as they were before rewriting.</summary>
    private bool IsComposite(AssemblyCatalog catalog)
    {
        if (!catalog.Listed.Any(entry => entry.Facts.ReadyToRun.IsComponent))
            return false;
        notes.Add("a composite ReadyToRun image: run without any precompiled code, so it starts more slowly");
        return true;
    }

    private List<FileStamp> Inputs(Application application, AssemblyCatalog catalog)
    {
        IEnumerable<string> files = [path, application.ConfigurationPath, application.DependenciesPath];
        IEnumerable<string> assemblies = catalog.Listed.Concat(catalog.Unlisted).Select(entry => entry.Facts.Path);
        return
        [
            .. files.Concat(assemblies).Concat(catalog.Listed.Select(entry => SymbolFile.PathBeside(entry.Facts.Path)))
                .Concat(ShadowFolder.ShimAssemblies.Select(shim => Path.Combine(shimFolder, shim + ".dll")))
                .Distinct().Select(FileStamp.Of),
        ];
    }
}
