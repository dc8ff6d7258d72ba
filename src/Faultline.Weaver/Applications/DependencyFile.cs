// app.deps.json: the libraries of an application and the files ("assets") of each. Only what it lists is put on the runtime's list of
// trusted assemblies. An asset without a runtime identifier lies in the application's folder under its file name alone; one of
// "runtimeTargets" lies under its whole relative path (runtimes/linux-x64/lib/…). "localPath" overrides both.

using System.Text.Json.Nodes;

namespace Faultline.Weaver.Applications;

internal sealed class DependencyFile
{
    private const string RuntimePack = "runtimepack";

    /// <summary>Runtime identifiers whose assets the host may choose on x86-64 Linux with glibc.</summary>
    private static readonly string[] UsableIdentifiers = ["linux-x64", "linux", "unix-x64", "unix", "any", "base"];

    private readonly JsonObject root;
    private readonly JsonObject libraries;
    private readonly JsonObject target;

    private DependencyFile(JsonObject root)
    {
        this.root = root;
        libraries = Child(root, "libraries");
        string name = root["runtimeTarget"] is JsonObject named ? named["name"]?.GetValue<string>() ?? "" : root["runtimeTarget"]?.GetValue<string>() ?? "";
        target = Child(Child(root, "targets"), name);
    }

    public static DependencyFile Read(string path) => new(JsonFile.Read(path));

    /// <summary>Relative paths, in the application's folder, of the assemblies that the application brought; not of the runtime's own.</summary>
    public IEnumerable<string> Assemblies() => Assets(ofRuntime: false, "runtime");

    /// <summary>Relative paths of the files of a runtime that was published with the application.</summary>
    public IEnumerable<string> RuntimeFiles() => Assets(ofRuntime: true, "runtime").Concat(Assets(ofRuntime: true, "native"));

    /// <summary>Forgets a runtime that was published with the application.</summary>
    public void RemoveRuntime()
    {
        foreach (string library in target.Select(entry => entry.Key).Where(IsRuntime).ToArray())
            target.Remove(library);
        foreach (string library in libraries.Select(entry => entry.Key).Where(IsRuntime).ToArray())
            libraries.Remove(library);
        foreach ((_, JsonNode? library) in target)
            if (library is JsonObject entry && entry["dependencies"] is JsonObject dependencies)
                foreach (string name in dependencies.Select(dependency => dependency.Key).Where(IsRuntime).ToArray())
                    dependencies.Remove(name);
    }

    /// <summary>Lists an assembly that lies in the application's folder.</summary>
    public void AddAssembly(string name)
    {
        string library = name + "/1.0.0";
        target[library] = new JsonObject { ["runtime"] = new JsonObject { [name + ".dll"] = new JsonObject() } };
        libraries[library] = new JsonObject { ["type"] = "project", ["serviceable"] = false, ["sha512"] = "" };
    }

    public void Write(string path) => JsonFile.Write(path, root);

    private IEnumerable<string> Assets(bool ofRuntime, string kind)
    {
        foreach ((string library, JsonNode? node) in target)
        {
            if (node is not JsonObject entry || IsRuntime(library) != ofRuntime)
                continue;
            foreach ((string asset, JsonNode? details) in entry[kind] as JsonObject ?? [])
                yield return LocalPath(details) ?? Path.GetFileName(asset);
            foreach ((string asset, JsonNode? details) in entry["runtimeTargets"] as JsonObject ?? [])
                if (details?["assetType"]?.GetValue<string>() == kind && UsableIdentifiers.Contains(details["rid"]?.GetValue<string>()))
                    yield return LocalPath(details) ?? asset;
        }
    }

    private bool IsRuntime(string library)
        => library.StartsWith(RuntimePack + ".", StringComparison.Ordinal) || libraries[library]?["type"]?.GetValue<string>() == RuntimePack;

    private static string? LocalPath(JsonNode? details) => details?["localPath"]?.GetValue<string>();

    private static JsonObject Child(JsonObject parent, string name)
    {
        if (parent[name] is not JsonObject child)
            parent[name] = child = [];
        return child;
    }
}
