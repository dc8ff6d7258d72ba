using Faultline.Weaver.Probing;
using Faultline.Weaver.Rewriting;
using Faultline.Weaver.Shadow;

namespace Faultline.Weaver.Applications;

/// <summary>Finds out what a path is and where its application's parts are, or says in one line why it cannot be run.</summary>
internal static class ApplicationLocator
{
    public static Application Locate(string path, CacheFolder cache)
    {
        if (Directory.Exists(path))
            throw new UnsupportedApplicationException($"{path} is a folder: name the .dll or the executable in it");
        if (!File.Exists(path))
            throw new UnsupportedApplicationException($"no such file: {path}");
        path = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        byte[] start = ReadStart(path);
        if (start is [(byte)'M', (byte)'Z', ..])
            return FromAssembly(path, path);
        if (!NativeExecutable.IsElf(start))
            throw new UnsupportedApplicationException($"{path} is not a .NET assembly or executable");
        NativeExecutable executable = NativeExecutable.Read(path);
        return executable.Kind switch
        {
            NativeExecutableKind.AppHost when executable.Assembly is { } assembly => FromAssembly(assembly, path) with { AppHost = path },
            NativeExecutableKind.AppHost => throw new UnsupportedApplicationException($"{path} starts a .NET assembly that is not there: build the application again"),
            NativeExecutableKind.SingleFile => FromBundle(path, executable.BundleHeader, cache),
            NativeExecutableKind.NativeAot => throw new UnsupportedApplicationException(
                $"{path} was compiled by NativeAOT and has no IL to rewrite; routing at compile time is not available yet: run its ordinary (JIT) build"),
            _ => throw new UnsupportedApplicationException($"{path} is a native program, not a .NET application"),
        };
    }

    private static Application FromAssembly(string assembly, string asked)
    {
        AssemblyFacts facts = AssemblyProbe.Read(assembly);
        string? problem = facts.Kind switch
        {
            AssemblyKind.Native => "is not a .NET assembly",
            AssemblyKind.Damaged => "is damaged: its metadata cannot be read",
            AssemblyKind.MixedMode => "is a C++/CLI assembly, whose native code cannot be rewritten",
            _ when facts.TargetFramework?.StartsWith(".NETFramework", StringComparison.Ordinal) == true
                => $"is built for .NET Framework ({facts.TargetFramework}): only applications for .NET run here",
            _ when !facts.HasEntryPoint => "is a class library: it has no entry point to run",
            _ => null,
        };
        if (problem is not null)
            throw new UnsupportedApplicationException($"{asked} {problem}");
        return FromFolder(assembly, asked);
    }

    private static Application FromFolder(string assembly, string asked)
    {
        string folder = Path.GetDirectoryName(assembly)!, name = Path.GetFileNameWithoutExtension(assembly);
        string configuration = Path.Combine(folder, name + ".runtimeconfig.json"), dependencies = Path.Combine(folder, name + ".deps.json");
        if (!File.Exists(configuration))
            throw new UnsupportedApplicationException($"{asked} has no {name}.runtimeconfig.json beside it, without which .NET does not start it: build it as an executable");
        RuntimeConfiguration read = RuntimeConfiguration.Read(configuration);
        string host = Path.Combine(folder, name);
        return new Application
        {
            Shape = read.IsSelfContained ? ApplicationShape.SelfContained : ApplicationShape.FrameworkDependent,
            MainAssembly = assembly,
            BaseDirectory = folder,
            Configuration = read,
            Dependencies = File.Exists(dependencies) ? DependencyFile.Read(dependencies) : null,
            AppHost = File.Exists(host) && NativeExecutable.IsElf(ReadStart(host)) ? host : null,
        };
    }

    private static Application FromBundle(string path, long header, CacheFolder cache)
    {
        Bundle bundle = Bundle.Read(path, header);
        string folder = cache.GetOrAdd("bundles", ContentKey.Of(path, bundle.Id, FileStamp.Of(path).ToString()), empty =>
        {
            bundle.Extract(empty);
            CopySymbols(Path.GetDirectoryName(path)!, empty);
        });
        string[] configurations = Directory.GetFiles(folder, "*.runtimeconfig.json");
        if (configurations.Length != 1)
            throw new UnsupportedApplicationException($"{path}: the single file should hold one runtimeconfig.json, but holds {configurations.Length}");
        string assembly = configurations[0].Replace(".runtimeconfig.json", ".dll", StringComparison.Ordinal);
        Application inner = FromAssembly(assembly, path);
        return inner with
        {
            Shape = inner.Configuration.IsSelfContained ? ApplicationShape.SingleFileSelfContained : ApplicationShape.SingleFileFrameworkDependent,
            BaseDirectory = bundle.IsUnpackedByHost ? folder : Path.GetDirectoryName(path)!,
            NativeLibraryFolder = Path.GetDirectoryName(path),
            AppHost = null,
        };
    }

    /// <summary>A single file's symbols are published beside it.</summary>
    private static void CopySymbols(string from, string to)
    {
        foreach (string assembly in Directory.GetFiles(to, "*.dll"))
        {
            string symbols = Path.Combine(from, Path.GetFileNameWithoutExtension(assembly) + ".pdb"), copy = SymbolFile.PathBeside(assembly);
            if (File.Exists(symbols) && !File.Exists(copy))
                File.Copy(symbols, copy);
        }
    }

    private static byte[] ReadStart(string path)
    {
        byte[] start = new byte[4];
        using FileStream stream = File.OpenRead(path);
        int read = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        return start[..read];
    }
}
