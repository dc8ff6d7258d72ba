using Mono.Cecil;

namespace Faultline.Weaver.Rewriting;

/// <summary>Finds assemblies for the rewriter's library, which asks for them only to learn what integer is behind an enum.</summary>
internal sealed class ApplicationResolver(IReadOnlyDictionary<string, string> applicationAssemblies) : IAssemblyResolver
{
    private static readonly string RuntimeFolder = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
    private readonly Dictionary<string, AssemblyDefinition> read = [];

    public AssemblyDefinition Resolve(AssemblyNameReference name) => Resolve(name, new ReaderParameters());

    public AssemblyDefinition Resolve(AssemblyNameReference name, ReaderParameters parameters)
    {
        if (read.TryGetValue(name.Name, out AssemblyDefinition? assembly))
            return assembly;
        if (!applicationAssemblies.TryGetValue(name.Name, out string? path))
            path = Path.Combine(RuntimeFolder, name.Name + ".dll");
        if (!File.Exists(path))
            throw new AssemblyResolutionException(name);
        assembly = AssemblyDefinition.ReadAssembly(path, new ReaderParameters(ReadingMode.Deferred) { AssemblyResolver = this });
        read.Add(name.Name, assembly);
        return assembly;
    }

    public void Dispose()
    {
        foreach (AssemblyDefinition assembly in read.Values)
            assembly.Dispose();
    }
}
