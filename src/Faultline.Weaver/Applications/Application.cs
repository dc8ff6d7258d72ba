namespace Faultline.Weaver.Applications;

/// <summary>An application that can be routed: where its parts are, after a single file has been taken apart.</summary>
internal sealed record Application
{
    public required ApplicationShape Shape { get; init; }

    /// <summary>Path of the assembly with the entry point.</summary>
    public required string MainAssembly { get; init; }

    /// <summary>What AppContext.BaseDirectory is without Faultline.</summary>
    public required string BaseDirectory { get; init; }

    public required RuntimeConfiguration Configuration { get; init; }

    /// <summary>Null for an application without deps.json: the host then takes every assembly of the folder.</summary>
    public required DependencyFile? Dependencies { get; init; }

    /// <summary>The native launcher that belongs to the folder; needed only to start a self-contained application.</summary>
    public string? AppHost { get; init; }

    /// <summary>A single file's own folder, where native libraries may lie that were left out of it.</summary>
    public string? NativeLibraryFolder { get; init; }

    /// <summary>Where the assemblies are.</summary>
    public string Folder => Path.GetDirectoryName(MainAssembly)!;

    public string Name => Path.GetFileNameWithoutExtension(MainAssembly);

    public string ConfigurationPath => Path.Combine(Folder, Name + ".runtimeconfig.json");

    public string DependenciesPath => Path.Combine(Folder, Name + ".deps.json");
}
