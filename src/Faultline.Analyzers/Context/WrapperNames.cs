// The name filter lets through what may allocate or free. The program's own methods around the APIs do too, and their names are not in the
// table: they are found in the syntax. Only methods with a pointer or a native integer in their signature count, and of those the ones that
// invoke an API by name, or another such method. What a tree holds is remembered as long as the tree lives.

using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Faultline.Analyzers.Context;

/// <summary>The names of the methods of a compilation that may stand between a body and an allocation API.</summary>
internal sealed class WrapperNames
{
    private static readonly ConditionalWeakTable<SyntaxTree, List<Wrapper>> OfTree = new();

    private readonly Lazy<HashSet<string>> _names;

    public WrapperNames(Compilation compilation, Func<string, bool> isApiName) => _names = new(() => Find(compilation, isApiName));

    public bool HasAny => _names.Value.Count > 0;

    public bool Contains(string name) => _names.Value.Contains(name);

    private static HashSet<string> Find(Compilation compilation, Func<string, bool> isApiName)
    {
        List<Wrapper> open = [];
        foreach (SyntaxTree tree in compilation.SyntaxTrees)
            open.AddRange(OfTree.GetValue(tree, static found => FindIn(found)));
        HashSet<string> names = [];
        bool grows = true;
        while (grows)
        {
            List<Wrapper> reached = open.FindAll(wrapper => wrapper.IsAnnotated || wrapper.Invoked.Any(name => isApiName(name) || names.Contains(name)));
            foreach (Wrapper wrapper in reached)
                names.Add(wrapper.Name);
            open.RemoveAll(reached.Contains);
            grows = reached.Count > 0;
        }

        return names;
    }

    private static List<Wrapper> FindIn(SyntaxTree tree)
    {
        List<Wrapper> found = [];
        foreach (SyntaxNode node in tree.GetRoot().DescendantNodes(node => node is CompilationUnitSyntax or MemberDeclarationSyntax and not BaseMethodDeclarationSyntax))
            if (node is MethodDeclarationSyntax method && HasPointer(method))
                found.Add(new Wrapper(method.Identifier.ValueText, IsAnnotated(method), InvokedIn(method)));
        return found;
    }

    private static bool HasPointer(MethodDeclarationSyntax method)
        => IsPointer(method.ReturnType) || method.ParameterList.Parameters.Any(parameter => parameter.Type is { } type && IsPointer(type));

    private static bool IsPointer(TypeSyntax type) => type switch
    {
        PointerTypeSyntax => true,
        IdentifierNameSyntax name => name.Identifier.ValueText is "nint" or "nuint" or "IntPtr" or "UIntPtr",
        QualifiedNameSyntax qualified => IsPointer(qualified.Right),
        RefTypeSyntax reference => IsPointer(reference.Type),
        _ => false,
    };

    private static bool IsAnnotated(MethodDeclarationSyntax method)
        => method.AttributeLists.Concat(method.ParameterList.Parameters.SelectMany(parameter => parameter.AttributeLists))
            .SelectMany(list => list.Attributes).Any(attribute => attribute.Name.ToString() is var name && (name.Contains("ReturnsOwned") || name.Contains("TakesOwnership")));

    private static string[] InvokedIn(MethodDeclarationSyntax method)
        => [.. method.DescendantNodes().OfType<InvocationExpressionSyntax>().Select(call => CandidateFinder.InvokedName(call.Expression)).OfType<string>().Distinct()];

    private sealed class Wrapper
    {
        public Wrapper(string name, bool isAnnotated, string[] invoked)
        {
            Name = name;
            IsAnnotated = isAnnotated;
            Invoked = invoked;
        }

        public string Name { get; }

        public bool IsAnnotated { get; }

        public string[] Invoked { get; }
    }
}
