using Mono.Cecil;

namespace Faultline.Weaver.Rewriting;

/// <summary>
/// Finds assemblies for the rewriter's library, which asks for them only to learn what integer is behind an enum: among the
/// application's, then in the frameworks that are installed where this process's own is.
/// </summary>
internal sealed class ApplicationResolver(IReadOnlyDictionary<string, string> applicationAssemblies) : IAssemblyResolver
{
    private static readonly Lazy<string[]> FrameworkFolders = new(FindFrameworks);
    private readonly Dictionary<string, AssemblyDefinition> read = [];

    public AssemblyDefinition Resolve(AssemblyNameReference name) => Resolve(name, new ReaderParameters());

    /// <summary>Throws AssemblyResolutionException where there is no such assembly.</summary>
    public AssemblyDefinition Resolve(AssemblyNameReference name, ReaderParameters parameters)
    {
        if (read.TryGetValue(name.Name, out AssemblyDefinition? assembly))
            return assembly;
        if (!applicationAssemblies.TryGetValue(name.Name, out string? path))
            path = FrameworkFolders.Value.Select(folder => Path.Combine(folder, name.Name + ".dll")).FirstOrDefault(File.Exists) ?? throw new AssemblyResolutionException(name);
        assembly = AssemblyDefinition.ReadAssembly(path, new ReaderParameters(ReadingMode.Deferred) { AssemblyResolver = this });
        read.Add(name.Name, assembly);
        return assembly;
    }

    public void Dispose()
    {
        foreach (AssemblyDefinition assembly in read.Values)
            assembly.Dispose();
    }

    /// <summary>The runtime's own folder, then the newest of each other framework beside it: shared/Microsoft.AspNetCore.App/10.0.1.</summary>
    private static string[] FindFrameworks()
    {
        string own = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        DirectoryInfo? shared = Directory.GetParent(own)?.Parent;
        IEnumerable<string> others = shared is null ? [] : shared.EnumerateDirectories()
            .Select(framework => framework.EnumerateDirectories().MaxBy(folder => Version.TryParse(folder.Name, out Version? version) ? version : new Version(0, 0))?.FullName)
            .OfType<string>();
        return [own, .. others];
    }
}
