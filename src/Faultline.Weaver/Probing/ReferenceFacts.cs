using System.Collections.Immutable;
using System.Reflection.Metadata;

namespace Faultline.Weaver.Probing;

/// <summary>What an assembly calls outside of itself.</summary>
internal readonly record struct ReferenceFacts(
    bool HasManagedCalls, bool LooksUpExports, ImmutableArray<ForeignCall> ForeignCalls, ImmutableArray<string> Assemblies)
{
    public static ReferenceFacts Read(MetadataReader metadata)
    {
        bool managed = false, lookups = false;
        ImmutableArray<ForeignCall>.Builder foreign = ImmutableArray.CreateBuilder<ForeignCall>();
        foreach (MemberReferenceHandle handle in metadata.MemberReferences)
        {
            MemberReference member = metadata.GetMemberReference(handle);
            if (member.Parent.Kind != HandleKind.TypeReference || member.GetKind() != MemberReferenceKind.Method)
                continue;
            TypeReference type = metadata.GetTypeReference((TypeReferenceHandle)member.Parent);
            if (metadata.StringComparer.Equals(type.Namespace, ApiNames.Namespace))
            {
                string name = metadata.GetString(type.Name), method = metadata.GetString(member.Name);
                managed |= ApiNames.IsManagedApi(name, method);
                lookups |= name == "NativeLibrary" && method is "GetExport" or "TryGetExport";
            }

            // An instance method cannot be a P/Invoke: the first bit pattern of the signature tells (ECMA-335 II.23.2.1, HASTHIS).
            if (!metadata.GetBlobReader(member.Signature).ReadSignatureHeader().IsInstance && TypeNames.ScopeOf(metadata, type) is { } assembly)
                foreign.Add(new ForeignCall(assembly, TypeNames.FullName(metadata, type), metadata.GetString(member.Name)));
        }

        ImmutableArray<string> assemblies = [.. metadata.AssemblyReferences.Select(reference => metadata.GetString(metadata.GetAssemblyReference(reference).Name))];
        return new ReferenceFacts(managed, lookups, foreign.ToImmutable(), assemblies);
    }
}
