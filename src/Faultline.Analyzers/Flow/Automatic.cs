using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Faultline.Analyzers.Flow;

/// <summary>Properties that the compiler writes.</summary>
internal static class Automatic
{
    /// <summary>The field behind a property whose accessors do nothing but read and write it, or null.</summary>
    public static IFieldSymbol? FieldOf(IPropertySymbol property)
    {
        foreach (SyntaxReference reference in property.DeclaringSyntaxReferences)
            if (reference.GetSyntax() is not PropertyDeclarationSyntax { ExpressionBody: null, AccessorList: { } accessors } || accessors.Accessors.Any(static accessor => accessor.Body != null || accessor.ExpressionBody != null))
                return null;
        foreach (ISymbol member in property.ContainingType.GetMembers())
            if (member is IFieldSymbol { AssociatedSymbol: { } owner } field && SymbolEqualityComparer.Default.Equals(owner, property))
                return field;
        return null;
    }
}
