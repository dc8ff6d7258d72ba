// What the rules know about a compilation: which of its methods are the allocation APIs of the shared table. Everything is resolved
// once, at the start of the compilation; nothing of it outlives the compilation.

using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using Faultline.Analyzers.Flow.Ownership;
using Faultline.Analyzers.Measurements;
using Faultline.Api;
using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Context;

/// <summary>The allocation APIs of one compilation, by symbol and by the name under which a call can name them.</summary>
internal sealed class AllocationContext
{
    private readonly Dictionary<IMethodSymbol, AllocationApi> _framework = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<IMethodSymbol, AllocationApi?> _imports = new(SymbolEqualityComparer.Default);
    private readonly LibcImports _libc;
    private readonly Lazy<NameSet> _names;
    private readonly NameSet _callers = new();
    private readonly Lazy<IMethodSymbol?> _entryPoint;

    private AllocationContext(Compilation compilation, LibcImports libc)
    {
        _entryPoint = new(() => compilation.GetEntryPoint(default));
        _libc = libc;
        Types = new KnownTypes(compilation);
        Members = new ConstantMembers(compilation, this);
        Callees = new Callees(compilation, this);
        Fields = new OwnedFields(compilation, this);
        Callers = new Callers(compilation);
        _names = new(() => FindNames(compilation, libc));
        Resolve(compilation.GetTypeByMetadataName(AllocationApis.NativeMemoryType), AllocationApis.NativeMemoryType);
        Resolve(compilation.GetTypeByMetadataName(AllocationApis.MarshalType), AllocationApis.MarshalType);
    }

    public KnownTypes Types { get; }

    public ConstantMembers Members { get; }

    /// <summary>What calls of other methods do with pointers.</summary>
    public Callees Callees { get; }

    /// <summary>What types do with the blocks in their fields.</summary>
    public OwnedFields Fields { get; }

    public Callers Callers { get; }

    /// <summary>The settings of a file; the defaults until the analysis has started.</summary>
    public Func<SyntaxTree, OwnershipOptions> OwnershipFor { get; set; } = static _ => OwnershipOptions.Default;

    /// <summary>What runs of the program measured; nothing until the analysis has started.</summary>
    public Profiles Profiles { get; set; } = Profiles.None;

    /// <summary>Null if the compilation can name no allocation API: neither .NET's types nor P/Invokes are there.</summary>
    public static AllocationContext? Create(Compilation compilation)
    {
        LibcImports libc = new(compilation);
        AllocationContext context = new(compilation, libc);
        return context._framework.Count > 0 || libc.CanImport ? context : null;
    }

    public bool IsEntryPoint(ISymbol member) => SymbolEqualityComparer.Default.Equals(member, _entryPoint.Value);

    /// <summary>The names under which invocations are worth binding: the APIs', those of renamed imports and of methods around either.</summary>
    public NameSet Names => _names.Value;

    /// <summary>The names of the methods and constructors in which something is invoked by one of <see cref="Names"/>; complete once those are.</summary>
    public NameSet CallerNames => _callers;

    /// <summary>The table's row for a method, or null.</summary>
    public AllocationApi? Find(IMethodSymbol method)
    {
        if (_framework.TryGetValue(method.OriginalDefinition, out AllocationApi? api))
            return api;
        return method.IsStatic && method.MethodKind is MethodKind.Ordinary or MethodKind.LocalFunction
            ? _imports.GetOrAdd(method.OriginalDefinition, _libc.Resolve)
            : null;
    }

    private void Resolve(INamedTypeSymbol? type, string name)
    {
        if (type == null)
            return;
        foreach (AllocationApi api in AllocationApis.All)
            if (api.Type == name)
                foreach (ISymbol member in type.GetMembers(api.Method))
                    if (member is IMethodSymbol method && HasParameters(method, api))
                        _framework.Add(method, api);
    }

    private static bool HasParameters(IMethodSymbol method, AllocationApi api)
    {
        if (method.Parameters.Length != api.ParameterTypes.Count)
            return false;
        for (int i = 0; i < method.Parameters.Length; i++)
            if (MetadataName(method.Parameters[i].Type) != api.ParameterTypes[i])
                return false;
        return true;
    }

    private static string MetadataName(ITypeSymbol type) => type is IPointerTypeSymbol pointer
        ? MetadataName(pointer.PointedAtType) + "*"
        : type.ContainingNamespace.ToDisplayString() + "." + type.MetadataName;

    private NameSet FindNames(Compilation compilation, LibcImports libc)
    {
        NameSet names = new([.. libc.Renamed]);
        foreach (AllocationApi api in AllocationApis.All)
            names.Add(api.Method);
        WrapperNames.AddTo(names, _callers, compilation);
        return names;
    }
}
