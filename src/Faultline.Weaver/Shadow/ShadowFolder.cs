// The copy that runs instead of the application. Rewritten files and the host's configuration are files of its own; everything else is a
// symbolic link to the original, whole folders at a time where nothing in them was rewritten: a copy of a large application takes
// milliseconds, and data files that the program finds beside its assemblies are the real ones, also for writing.

using Faultline.Weaver.Applications;
using Faultline.Weaver.Rewriting;

namespace Faultline.Weaver.Shadow;

internal sealed class ShadowFolder(Application application, string shimFolder)
{
    /// <summary>The last only for programs that the compiler routed: they refer to it, and it has to be of one make with the others.</summary>
    public static readonly string[] ShimAssemblies = [Facades.ShimAssembly, "Faultline.Libc", "Faultline.Kernel", "Faultline.Tracing", "Faultline.Reporting"];

    private readonly Dictionary<string, string> woven = [];
    private readonly HashSet<string> leftOut = [];

    /// <summary>The rewritten file that takes the place of the one at this path, relative to the application's folder.</summary>
    public void Replace(string relativePath, string rewritten) => woven[relativePath] = rewritten;

    /// <summary>Files of a runtime that was published with the application, which must not be found beside the installed one.</summary>
    public void LeaveOut(IEnumerable<string> relativePaths) => leftOut.UnionWith(relativePaths);

    /// <summary>Fills the empty folder.</summary>
    public void Build(string folder)
    {
        foreach ((string relative, string rewritten) in woven)
            Copy(rewritten, Path.Combine(folder, relative));
        foreach (string shim in ShimAssemblies)
            File.Copy(Path.Combine(shimFolder, shim + ".dll"), Path.Combine(folder, shim + ".dll"), overwrite: true);

        // The host resolves links in the path that it is started with, and would end up in the original folder.
        CopyIfAbsent(application.MainAssembly, folder);
        if (application.AppHost is { } host && Path.GetDirectoryName(host) == application.Folder)
            CopyIfAbsent(host, folder);
        application.Configuration.Write(Path.Combine(folder, Path.GetFileName(application.ConfigurationPath)));
        application.Dependencies?.Write(Path.Combine(folder, Path.GetFileName(application.DependenciesPath)));
        LinkRest(application.Folder, folder, "");
        if (application.NativeLibraryFolder is { } libraries)
            foreach (string library in Directory.EnumerateFiles(libraries, "*.so*"))
                Link(library, Path.Combine(folder, Path.GetFileName(library)));
    }

    /// <summary>Links data files that have come into the original folder since the copy was made. New code makes a new copy.</summary>
    public static void LinkNewFiles(string original, string shadow)
    {
        foreach (FileSystemInfo entry in new DirectoryInfo(original).EnumerateFileSystemInfos())
            if (!IsCode(entry.Name))
                Link(entry.FullName, Path.Combine(shadow, entry.Name));
    }

    public static bool IsCode(string file) => file.EndsWith(".dll", StringComparison.Ordinal) || file.EndsWith(".pdb", StringComparison.Ordinal)
        || file.EndsWith(".so", StringComparison.Ordinal) || file.Contains(".so.", StringComparison.Ordinal);

    private void LinkRest(string from, string to, string relative)
    {
        foreach (FileSystemInfo entry in new DirectoryInfo(from).EnumerateFileSystemInfos())
        {
            string path = relative + entry.Name, target = Path.Combine(to, entry.Name);
            if (leftOut.Contains(path) || File.Exists(target) || IsStaleSymbols(path))
                continue;
            if (entry is DirectoryInfo && woven.Keys.Any(file => file.StartsWith(path + "/", StringComparison.Ordinal)))
            {
                Directory.CreateDirectory(target);
                LinkRest(entry.FullName, target, path + "/");
            }
            else
                Link(entry.FullName, target);
        }
    }

    /// <summary>Symbols that could not be carried over do not fit the rewritten assembly.</summary>
    private bool IsStaleSymbols(string path)
        => path.EndsWith(".pdb", StringComparison.Ordinal) && woven.ContainsKey(Path.ChangeExtension(path, ".dll"));

    private static void Copy(string rewritten, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Copy(rewritten, target);
        string symbols = SymbolFile.PathBeside(rewritten);
        if (File.Exists(symbols))
            File.Copy(symbols, SymbolFile.PathBeside(target));
    }

    private static void CopyIfAbsent(string file, string folder)
    {
        string target = Path.Combine(folder, Path.GetFileName(file));
        if (!File.Exists(target))
            File.Copy(file, target);
    }

    private static void Link(string original, string link)
    {
        if (File.Exists(link) || Directory.Exists(link))
            return;
        try
        {
            File.CreateSymbolicLink(link, original);
        }
        catch (IOException) when (new FileInfo(link).LinkTarget is not null)
        {
            // Another run of the same application put it there, or it is a link to what is gone meanwhile.
        }
    }
}
