// What calls do, for one compilation: the settings come first, then annotations, the table of framework methods, the source of the callee,
// and in the end the assumption that whoever is given a pointer may keep it.

using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Collections.Immutable;
using Faultline.Analyzers.Context;
using Faultline.Analyzers.Rules;
using Faultline.Api;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Flow.Ownership;

/// <summary>Effects of methods, found once a method and kept as long as the compilation.</summary>
internal sealed class Callees
{
    private readonly ConcurrentDictionary<IMethodSymbol, bool> _neverReturns = new(SymbolEqualityComparer.Default);
    private readonly Dictionary<AllocationApi, BlockSource> _sources = [];

    public Callees()
    {
        foreach (AllocationApi api in AllocationApis.All)
            if (api.Allocates)
                _sources.Add(api, new BlockSource(api.DisplayName, Families.RightCall(api.Family, AllocationEffect.Free).DisplayName, MaybeNull(api), api));
    }

    public BlockSource SourceOf(AllocationApi api) => _sources[api];

    public CalleeEffect EffectOf(IMethodSymbol method, OwnershipOptions options)
    {
        if (KnownCallees.Find(method) is { } known)
            return known;
        if (method.IsExtern || method.GetDllImportData() != null)
            return CalleeEffect.Native;
        return CalleeEffect.Unknown;
    }

    public CalleeEffect EffectOfCreation(IObjectCreationOperation creation, OwnershipOptions options)
        => EffectOf(creation.Constructor!, options);

    public bool IsAutomatic(IPropertySymbol property)
    {
        foreach (ISymbol member in property.ContainingType.GetMembers())
            if (member is IFieldSymbol { AssociatedSymbol: { } owner } && SymbolEqualityComparer.Default.Equals(owner, property))
                return true;
        return false;
    }

    public bool NeverReturns(IMethodSymbol method) => _neverReturns.GetOrAdd(method.OriginalDefinition, static found => HasAttribute(found.GetAttributes(), "DoesNotReturnAttribute"));

    public bool? DoesNotReturnIf(IParameterSymbol parameter)
    {
        if (parameter.Type.SpecialType != SpecialType.System_Boolean)
            return null;
        foreach (AttributeData attribute in parameter.OriginalDefinition.GetAttributes())
            if (attribute.AttributeClass?.Name == "DoesNotReturnIfAttribute" && attribute.ConstructorArguments.Length == 1)
                return attribute.ConstructorArguments[0].Value as bool?;
        return null;
    }

    public static bool HasAttribute(ImmutableArray<AttributeData> attributes, string name)
    {
        foreach (AttributeData attribute in attributes)
            if (attribute.AttributeClass?.Name == name)
                return true;
        return false;
    }

    /// <summary>The C functions answer null; .NET's calls throw OutOfMemoryException, but answer null for a null string.</summary>
    private static bool MaybeNull(AllocationApi api)
        => (api.IsPInvoke && api.Family != AllocationFamily.Mapping) || api.Effect == AllocationEffect.AllocateString;
}
