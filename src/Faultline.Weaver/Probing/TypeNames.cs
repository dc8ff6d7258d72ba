using System.Reflection.Metadata;

namespace Faultline.Weaver.Probing;

/// <summary>Full names as the rewriter's library writes them: Namespace.Outer/Inner.</summary>
internal static class TypeNames
{
    public static string FullName(MetadataReader metadata, TypeDefinitionHandle handle)
    {
        TypeDefinition type = metadata.GetTypeDefinition(handle);
        TypeDefinitionHandle outer = type.GetDeclaringType();
        return outer.IsNil
            ? Qualify(metadata.GetString(type.Namespace), metadata.GetString(type.Name))
            : FullName(metadata, outer) + "/" + metadata.GetString(type.Name);
    }

    public static string FullName(MetadataReader metadata, TypeReference type)
        => type.ResolutionScope.Kind == HandleKind.TypeReference
            ? FullName(metadata, metadata.GetTypeReference((TypeReferenceHandle)type.ResolutionScope)) + "/" + metadata.GetString(type.Name)
            : Qualify(metadata.GetString(type.Namespace), metadata.GetString(type.Name));

    /// <summary>Simple name of the assembly that a type is looked up in; null for one of this assembly's own modules.</summary>
    public static string? ScopeOf(MetadataReader metadata, TypeReference type) => type.ResolutionScope.Kind switch
    {
        HandleKind.AssemblyReference => metadata.GetString(metadata.GetAssemblyReference((AssemblyReferenceHandle)type.ResolutionScope).Name),
        HandleKind.TypeReference => ScopeOf(metadata, metadata.GetTypeReference((TypeReferenceHandle)type.ResolutionScope)),
        _ => null,
    };

    private static string Qualify(string space, string name) => space.Length == 0 ? name : space + "." + name;
}
