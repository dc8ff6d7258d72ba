using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Faultline.Weaver.Rewriting;

/// <summary>What rewriting one assembly gave, beside the file itself.</summary>
internal sealed record RewrittenAssembly(
    IReadOnlyList<WovenSite> Sites, IReadOnlyList<UnroutedCall> UnroutedCalls, IReadOnlyList<TwinExport> Exports, bool HasSymbols);

/// <summary>Reads an assembly with its symbols, rewrites it and writes both under the same names into another folder.</summary>
internal static class AssemblyRewriter
{
    /// <summary>Throws BadImageFormatException, IOException or one of Cecil's exceptions where the file cannot be read or written back.</summary>
    public static RewrittenAssembly Rewrite(
        string path, string outputFolder, int firstSite, IReadOnlyDictionary<string, TwinExport> foreignTwins, IAssemblyResolver resolver)
    {
        SymbolFormat symbols = SymbolFile.FormatOf(path);
        EnumGuesses enums = new(resolver);
        using ModuleDefinition module = ModuleDefinition.ReadModule(
            path, new ReaderParameters(ReadingMode.Deferred) { AssemblyResolver = resolver, MetadataResolver = enums });
        ReadSymbols(module, symbols);
        enums.Collect(module);
        ModuleRewriter rewriter = new(module, firstSite, foreignTwins);
        rewriter.Rewrite();
        MakeIntermediateLanguageOnly(module);

        // A strong name's signature does not survive; .NET does not check it. The public key stays, since it is part of the identity.
        module.Attributes &= ~ModuleAttributes.StrongNameSigned;
        module.Write(Path.Combine(outputFolder, Path.GetFileName(path)), new WriterParameters
        {
            WriteSymbols = module.HasSymbols,
            SymbolWriterProvider = symbols == SymbolFormat.Embedded ? new EmbeddedPortablePdbWriterProvider() : new PortablePdbWriterProvider(),
        });
        return new RewrittenAssembly(rewriter.Sites, rewriter.UnroutedCalls, rewriter.Exports, module.HasSymbols);
    }

    /// <summary>Symbols that are another build's, or damaged, are left aside: the calls are then reported by method instead of by line.</summary>
    private static void ReadSymbols(ModuleDefinition module, SymbolFormat format)
    {
        if (format == SymbolFormat.None)
            return;
        try
        {
            ISymbolReaderProvider provider = format == SymbolFormat.Embedded ? new EmbeddedPortablePdbReaderProvider() : new PortablePdbReaderProvider();
            module.ReadSymbols(provider.GetSymbolReader(module, module.FileName), throwIfSymbolsAreNotMaching: false);
        }
        catch (Exception e) when (e is not (IOException or UnauthorizedAccessException or OutOfMemoryException))
        {
            // The library's reader stumbles over bad data in its own ways.
        }
    }

    /// <summary>
    /// ReadyToRun images say "IL library", not "IL only", and name an operating system in the machine type. The native code is not
    /// written back, so the headers must say so too.
    /// </summary>
    private static void MakeIntermediateLanguageOnly(ModuleDefinition module)
    {
        if ((module.Attributes & ModuleAttributes.ILOnly) != 0)
            return;
        const ModuleAttributes IntermediateLanguageLibrary = (ModuleAttributes)4;
        module.Attributes = (module.Attributes & ~IntermediateLanguageLibrary) | ModuleAttributes.ILOnly;
        module.Architecture = TargetArchitecture.AMD64;
    }
}
