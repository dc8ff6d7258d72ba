// Finds out what an assembly file is, and whether it calls an allocation API, from its metadata tables alone: no method body is read.
// Most assemblies of an application have no such call; they are told apart here in a millisecond or so and never reach the rewriter.

using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Faultline.Weaver.Probing;

internal static class AssemblyProbe
{
    /// <summary>
    /// Reads the file's tables. A file that is no assembly, or cannot be read as one, is answered as <see cref="AssemblyKind.Native"/>
    /// or <see cref="AssemblyKind.Damaged"/>; only a file that cannot be opened throws (IOException).
    /// </summary>
    public static AssemblyFacts Read(string path)
    {
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1);
        try
        {
            using PEReader image = new(stream);
            if (!image.HasMetadata)
                return new AssemblyFacts(path, AssemblyKind.Native);
            return Read(path, image, image.GetMetadataReader());
        }
        catch (BadImageFormatException)
        {
            return new AssemblyFacts(path, LooksLikePortableExecutable(path) ? AssemblyKind.Damaged : AssemblyKind.Native);
        }
    }

    private static AssemblyFacts Read(string path, PEReader image, MetadataReader metadata)
    {
        if (!metadata.IsAssembly)
            return new AssemblyFacts(path, AssemblyKind.Native);
        ReadyToRunFacts native = ReadyToRunFacts.Read(image);
        bool ilOnly = (image.PEHeaders.CorHeader!.Flags & CorFlags.ILOnly) != 0;
        PInvokeFacts imports = PInvokeFacts.Read(metadata);
        ReferenceFacts references = ReferenceFacts.Read(metadata);
        return new AssemblyFacts(path, ilOnly || native.Present ? AssemblyKind.Managed : AssemblyKind.MixedMode)
        {
            Name = metadata.GetString(metadata.GetAssemblyDefinition().Name),
            Mvid = metadata.GetGuid(metadata.GetModuleDefinition().Mvid),
            TargetFramework = TargetFrameworkOf(metadata),
            HasEntryPoint = image.PEHeaders.CorHeader.EntryPointTokenOrRelativeVirtualAddress != 0,
            ReadyToRun = native,
            Externs = imports.Routable,
            UnroutedImports = imports.Unrouted,
            HasManagedCalls = references.HasManagedCalls,
            ForeignCalls = references.ForeignCalls,
            References = references.Assemblies,
            ExportLookups = references.LooksUpExports || imports.LooksUpExports ? AllocatorNamesIn(metadata) : [],
        };
    }

    /// <summary>Names of allocation functions among the string literals: what is looked up where NativeLibrary.GetExport or dlsym is called.</summary>
    private static ImmutableArray<string> AllocatorNamesIn(MetadataReader metadata)
    {
        ImmutableArray<string>.Builder names = ImmutableArray.CreateBuilder<string>();
        if (metadata.GetHeapSize(HeapIndex.UserString) == 0)
            return [];
        for (UserStringHandle handle = MetadataTokens.UserStringHandle(1); !handle.IsNil; handle = metadata.GetNextHandle(handle))
        {
            string literal = metadata.GetUserString(handle);
            if (ApiNames.IsLibcAllocator(literal))
                names.Add(literal);
        }

        return names.ToImmutable();
    }

    private static string? TargetFrameworkOf(MetadataReader metadata)
    {
        foreach (CustomAttributeHandle handle in metadata.GetAssemblyDefinition().GetCustomAttributes())
        {
            CustomAttribute attribute = metadata.GetCustomAttribute(handle);
            if (attribute.Constructor.Kind != HandleKind.MemberReference)
                continue;
            MemberReference constructor = metadata.GetMemberReference((MemberReferenceHandle)attribute.Constructor);
            if (constructor.Parent.Kind != HandleKind.TypeReference)
                continue;
            TypeReference type = metadata.GetTypeReference((TypeReferenceHandle)constructor.Parent);
            if (!metadata.StringComparer.Equals(type.Name, "TargetFrameworkAttribute"))
                continue;
            BlobReader value = metadata.GetBlobReader(attribute.Value);
            return value.ReadUInt16() == 1 ? value.ReadSerializedString() : null;
        }

        return null;
    }

    private static bool LooksLikePortableExecutable(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return stream.ReadByte() == 'M' && stream.ReadByte() == 'Z';
    }
}
