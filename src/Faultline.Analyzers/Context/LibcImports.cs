// P/Invokes into the C library. Their managed names and signatures are the user's: [DllImport("libc", EntryPoint = "malloc")] static
// extern void* Grab(nuint n). The name filter needs the renamed ones before anything is bound, so they are found in the syntax: only
// the members of types are looked at, never bodies, and what a tree holds is remembered as long as the tree lives.

using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Faultline.Api;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Faultline.Analyzers.Context;

/// <summary>Recognises DllImport and LibraryImport methods that are rows of the API table.</summary>
internal sealed class LibcImports
{
    private static readonly ConditionalWeakTable<SyntaxTree, object> NamesOfTree = new();
    private static readonly Dictionary<string, AllocationApi> ByEntryPoint = Index();

    private readonly INamedTypeSymbol? _dllImport;
    private readonly INamedTypeSymbol? _libraryImport;
    private readonly Lazy<HashSet<string>> _renamed;

    public LibcImports(Compilation compilation)
    {
        _dllImport = compilation.GetTypeByMetadataName("System.Runtime.InteropServices.DllImportAttribute");
        _libraryImport = compilation.GetTypeByMetadataName("System.Runtime.InteropServices.LibraryImportAttribute");
        _renamed = new Lazy<HashSet<string>>(() => NamesOfImports(compilation));
    }

    public bool CanImport => _dllImport != null || _libraryImport != null;

    public bool HasRenamedImports => _renamed.Value.Count > 0;

    public bool IsRenamedImport(string name) => _renamed.Value.Contains(name);

    /// <summary>The row of the table whose entry point and number of parameters the method has, or null.</summary>
    public AllocationApi? Resolve(IMethodSymbol method)
    {
        (string? module, string? entryPoint) = ImportOf(method);
        return module != null && entryPoint != null && ByEntryPoint.TryGetValue(entryPoint, out AllocationApi? api)
            && IsLibc(module) && HasParameters(method, api) ? api : null;
    }

    private (string? Module, string? EntryPoint) ImportOf(IMethodSymbol method)
    {
        if (method.GetDllImportData() is { } data)
            return (data.ModuleName, data.EntryPointName ?? method.Name);
        foreach (AttributeData attribute in method.GetAttributes())
        {
            if (_libraryImport == null || !SymbolEqualityComparer.Default.Equals(attribute.AttributeClass, _libraryImport))
                continue;
            string? module = attribute.ConstructorArguments.Length == 1 ? attribute.ConstructorArguments[0].Value as string : null;
            foreach (KeyValuePair<string, TypedConstant> named in attribute.NamedArguments)
                if (named.Key == "EntryPoint" && named.Value.Value is string entryPoint)
                    return (module, entryPoint);
            return (module, method.Name);
        }

        return (null, null);
    }

    private static bool HasParameters(IMethodSymbol method, AllocationApi api)
        => method.Parameters.Length <= api.Roles.Count && method.Parameters.Length >= api.Roles.Count - api.OptionalParameters;

    private static bool IsLibc(string module)
    {
        foreach (string name in AllocationApis.LibcModules)
            if (name == module)
                return true;
        return false;
    }

    private static HashSet<string> NamesOfImports(Compilation compilation)
    {
        HashSet<string> names = [];
        foreach (SyntaxTree tree in compilation.SyntaxTrees)
            foreach (string name in (ImmutableArray<string>)NamesOfTree.GetValue(tree, static t => FindImports(t)))
                names.Add(name);
        return names;
    }

    private static object FindImports(SyntaxTree tree)
    {
        ImmutableArray<string>.Builder names = ImmutableArray.CreateBuilder<string>();
        if (!Words.Of(tree).HasImports)
            return names.ToImmutable();
        foreach (SyntaxNode node in tree.GetRoot().DescendantNodes(node => node is CompilationUnitSyntax or MemberDeclarationSyntax and not BaseMethodDeclarationSyntax))
            if (node is MethodDeclarationSyntax method && HasImportAttribute(method.AttributeLists) && MayBeRenamed(method))
                names.Add(method.Identifier.ValueText);
        return names.ToImmutable();
    }

    /// <summary>An import without an entry point has the name of its function; one with a literal can be looked up; another may be anything.</summary>
    private static bool MayBeRenamed(MethodDeclarationSyntax method)
    {
        foreach (AttributeListSyntax list in method.AttributeLists)
            foreach (AttributeSyntax attribute in list.Attributes)
                foreach (AttributeArgumentSyntax argument in attribute.ArgumentList?.Arguments ?? default)
                    if (argument.NameEquals?.Name.Identifier.ValueText == "EntryPoint")
                        return argument.Expression is not LiteralExpressionSyntax literal || ByEntryPoint.ContainsKey(literal.Token.ValueText);
        return false;
    }

    /// <summary>Also used on local functions, which may be extern too.</summary>
    public static bool HasImportAttribute(SyntaxList<AttributeListSyntax> lists)
    {
        foreach (AttributeListSyntax list in lists)
            foreach (AttributeSyntax attribute in list.Attributes)
                if (attribute.Name.ToString() is { } name && (name.Contains("DllImport") || name.Contains("LibraryImport")))
                    return true;
        return false;
    }

    private static Dictionary<string, AllocationApi> Index()
    {
        Dictionary<string, AllocationApi> index = [];
        foreach (AllocationApi api in AllocationApis.All)
            if (api.IsPInvoke)
                index.Add(api.Method, api);
        return index;
    }
}
