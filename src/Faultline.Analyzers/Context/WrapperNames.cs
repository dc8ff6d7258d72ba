// The name filter lets through what may allocate or free. The program's own methods around the APIs do too, and their names are not in the
// table: they are found in the syntax. Only methods with a pointer or a native integer in their signature count, and of those the ones that
// invoke an API by name, or another such method. Files are asked for each new name again, in their arrays of names (InvokedNames).

using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Faultline.Analyzers.Context;

/// <summary>Finds the methods of a compilation that may stand between a body and an allocation API.</summary>
internal static class WrapperNames
{
    private static readonly NameSet s_annotations = new("ReturnsOwned", "ReturnsOwnedAttribute", "TakesOwnership", "TakesOwnershipAttribute");

    /// <summary>Adds their names to those of the APIs.</summary>
    public static void AddTo(NameSet names, Compilation compilation)
    {
        NameSet fresh = new([.. names.Names]);
        bool isFirst = true;
        while (!fresh.IsEmpty)
        {
            NameSet next = new();
            foreach (SyntaxTree tree in compilation.SyntaxTrees)
            {
                InvokedNames invoked = InvokedNames.Of(tree);
                if (isFirst)
                    AddMethods(invoked, tree, s_annotations, names, next, isAnnotation: true);
                AddMethods(invoked, tree, fresh, names, next, isAnnotation: false);
            }

            foreach (string name in next.Names)
                names.Add(name);
            fresh = next;
            isFirst = false;
        }
    }

    /// <summary>The methods around invocations of the names, or around annotations.</summary>
    private static void AddMethods(InvokedNames invoked, SyntaxTree tree, NameSet of, NameSet known, NameSet next, bool isAnnotation)
    {
        if (!invoked.Any(of))
            return;
        foreach (SyntaxToken token in invoked.Tokens(tree.GetRoot(), of))
        {
            bool counts = isAnnotation ? token.Parent?.FirstAncestorOrSelf<AttributeSyntax>() != null : InvokedNames.InvocationOf(token) != null;
            if (counts && token.Parent?.FirstAncestorOrSelf<MethodDeclarationSyntax>() is { } method && HasPointer(method) && !known.Contains(method.Identifier.ValueText))
                next.Add(method.Identifier.ValueText);
        }
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
}
