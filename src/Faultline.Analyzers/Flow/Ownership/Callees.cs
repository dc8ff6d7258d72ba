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

    private readonly AllocationContext _context;
    private readonly MethodSummaries _summaries;
    private readonly ThrowingMethods _throwing;
    private readonly OwnAddress _ownAddress;
    private readonly BlockMethods _blocks;

    public Callees(Compilation compilation, AllocationContext context)
    {
        _context = context;
        MethodBodies bodies = new(compilation, context);
        _summaries = new MethodSummaries(context, bodies);
        _throwing = new ThrowingMethods(context, bodies);
        _ownAddress = new OwnAddress(compilation);
        _blocks = new BlockMethods(compilation, context, bodies);
        foreach (AllocationApi api in AllocationApis.All)
            if (api.Allocates)
                _sources.Add(api, new BlockSource(api.DisplayName, Families.RightCall(api.Family, AllocationEffect.Free).DisplayName, MaybeNull(api), api));
    }

    /// <summary>Whether a call answers a block or frees one.</summary>
    public bool IsOfBlocks(IMethodSymbol method, OwnershipOptions options)
        => MayBeOfBlocks(method, options) && EffectOf(method, options, new ReadingDepth()).IsOfBlocks;

    /// <summary>A question that costs little; no is certain.</summary>
    public bool MayBeOfBlocks(IMethodSymbol method, OwnershipOptions options) => !options.Names.IsEmpty || _blocks.MayBe(method);

    public BlockSource SourceOf(AllocationApi api) => _sources[api];

    /// <param name="depth">How far the body with the call follows calls.</param>
    public CalleeEffect EffectOf(IMethodSymbol method, OwnershipOptions options, ReadingDepth depth)
    {
        if (options.EffectOf(method) is { } configured)
            return configured;
        int price = _context.Names.Contains(method.Name) || options.Names.Contains(method.Name) ? ReadingDepth.OfFreeing : ReadingDepth.OfOther;
        CalleeEffect effect = KnownCallees.Find(method) ?? _summaries.Of(method, depth, price) ?? Unread(method, options);
        return Annotations.Of(method, effect) ?? effect;
    }

    /// <summary>Whether a call may end in an exception; it is asked of more methods than what they do with pointers is.</summary>
    public bool MayThrow(IMethodSymbol method, OwnershipOptions options, ThrowSearch search)
        => options.EffectOf(method)?.MayThrow ?? KnownCallees.Find(method)?.MayThrow ?? _throwing.Of(method, search) ?? Unread(method, options).MayThrow;

    public CalleeEffect EffectOfCreation(IObjectCreationOperation creation, OwnershipOptions options, ReadingDepth depth)
    {
        IMethodSymbol constructor = creation.Constructor!;
        return DisownsHandle(creation) ? new CalleeEffect([], ParameterEffect.None, mayThrow: true) : EffectOf(constructor, options, depth);
    }

    private static CalleeEffect Unread(IMethodSymbol method, OwnershipOptions options)
    {
        bool isNative = method.IsExtern || method.GetDllImportData() != null || HasAttribute(method.GetAttributes(), "LibraryImportAttribute");
        if (method.MethodKind == MethodKind.Constructor ? options.TransfersAtConstructor : options.TransfersAtCall)
            return isNative ? CalleeEffect.Native : CalleeEffect.Unknown;
        return new CalleeEffect([], ParameterEffect.Uses, mayThrow: !isNative);
    }

    /// <summary>new SafeFooHandle(p, ownsHandle: false): the handle looks at the block and leaves it to the caller.</summary>
    private static bool DisownsHandle(IObjectCreationOperation creation)
    {
        if (!IsSafeHandle(creation.Type))
            return false;
        foreach (IArgumentOperation argument in creation.Arguments)
            if (argument is { Parameter: { Type.SpecialType: SpecialType.System_Boolean, Name: var name }, Value.ConstantValue: { HasValue: true, Value: false } }
                && name.IndexOf("own", System.StringComparison.OrdinalIgnoreCase) >= 0)
                return true;
        return false;
    }

    private static bool IsSafeHandle(ITypeSymbol? type)
    {
        for (; type != null; type = type.BaseType)
            if (type.Name is "SafeHandle" or "CriticalHandle" && type.ContainingNamespace.ToDisplayString() == "System.Runtime.InteropServices")
                return true;
        return false;
    }

    public bool IsAutomatic(IPropertySymbol property)
    {
        foreach (ISymbol member in property.ContainingType.GetMembers())
            if (member is IFieldSymbol { AssociatedSymbol: { } owner } && SymbolEqualityComparer.Default.Equals(owner, property))
                return true;
        return false;
    }

    public bool NeverReturns(IMethodSymbol method) => _neverReturns.GetOrAdd(method.OriginalDefinition, static found => HasAttribute(found.GetAttributes(), "DoesNotReturnAttribute"));

    public bool TakesOwnAddress(IMethodSymbol method) => _ownAddress.IsTakenBy(method);

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

    /// <summary>The C functions answer null, or MAP_FAILED; .NET's calls throw OutOfMemoryException, but answer null for a null string.</summary>
    private static bool MaybeNull(AllocationApi api)
        => api.IsPInvoke || api.Effect == AllocationEffect.AllocateString;
}
