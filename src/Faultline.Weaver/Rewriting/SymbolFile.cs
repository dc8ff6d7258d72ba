using System.Reflection.PortableExecutable;

namespace Faultline.Weaver.Rewriting;

internal enum SymbolFormat
{
    None,
    Portable,
    Embedded,
}

/// <summary>Where an assembly's symbols are, and whether they can be written back: Windows PDBs cannot be on Linux.</summary>
internal static class SymbolFile
{
    public static SymbolFormat FormatOf(string assemblyPath)
    {
        using (FileStream stream = File.OpenRead(assemblyPath))
        using (PEReader image = new(stream))
            if (image.ReadDebugDirectory().Any(entry => entry.Type == DebugDirectoryEntryType.EmbeddedPortablePdb))
                return SymbolFormat.Embedded;
        return IsPortable(PathBeside(assemblyPath)) ? SymbolFormat.Portable : SymbolFormat.None;
    }

    public static string PathBeside(string assemblyPath) => Path.ChangeExtension(assemblyPath, ".pdb");

    private static bool IsPortable(string path)
    {
        if (!File.Exists(path))
            return false;
        using FileStream stream = File.OpenRead(path);
        Span<byte> magic = stackalloc byte[4];
        return stream.ReadAtLeast(magic, 4, throwOnEndOfStream: false) == 4 && magic.SequenceEqual("BSJB"u8);
    }
}
