// P/Invokes into the C library. Their managed names and signatures are the user's: [DllImport("libc", EntryPoint = "malloc")] static
// extern void* Grab(nuint n). The name filter needs the renamed ones before anything is bound, so they are found in the syntax, by their
// attributes' names, and what a tree holds is remembered as long as the tree lives.

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
    private static readonly NameSet s_attributes = new("DllImport", "DllImportAttribute", "LibraryImport", "LibraryImportAttribute");
    private static readonly ConditionalWeakTable<SyntaxTree, string[]> NamesOfTree = new();
    private static readonly Dictionary<string, AllocationApi> ByEntryPoint = AllocationApis.ImportsByEntryPoint();

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

    /// <summary>The managed names of imports, static local functions among them, that are not their functions' own.</summary>
    public IEnumerable<string> Renamed => _renamed.Value;

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
            foreach (string name in RenamedIn(tree))
                names.Add(name);
        return names;
    }

    /// <summary>The imports of one file whose names are not their functions' own.</summary>
    public static string[] RenamedIn(SyntaxTree tree) => NamesOfTree.GetValue(tree, static t => FindImports(t));

    private static string[] FindImports(SyntaxTree tree)
    {
        InvokedNames invoked = InvokedNames.Of(tree);
        if ((invoked.Marks & TextMarks.EntryPoint) == 0 || !invoked.Any(s_attributes))
            return [];
        List<string> names = [];
        foreach (SyntaxToken token in invoked.Tokens(tree.GetRoot(), s_attributes))
            if (token.Parent?.FirstAncestorOrSelf<AttributeListSyntax>() is { } list && MayBeRenamed(list))
                switch (list.Parent)
                {
                    case MethodDeclarationSyntax method:
                        names.Add(method.Identifier.ValueText);
                        break;
                    case LocalFunctionStatementSyntax function:
                        names.Add(function.Identifier.ValueText);
                        break;
                }
        return [.. names];
    }

    /// <summary>An import without an entry point has the name of its function; one with a literal can be looked up; another may be anything.</summary>
    private static bool MayBeRenamed(AttributeListSyntax list)
    {
        foreach (AttributeSyntax attribute in list.Attributes)
            foreach (AttributeArgumentSyntax argument in attribute.ArgumentList?.Arguments ?? default)
                if (argument.NameEquals?.Name.Identifier.ValueText == "EntryPoint")
                    return argument.Expression is not LiteralExpressionSyntax literal || ByEntryPoint.ContainsKey(literal.Token.ValueText);
        return false;
    }
}
