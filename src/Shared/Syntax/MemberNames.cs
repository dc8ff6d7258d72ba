// A member's name as its declaration spells it, without binding: namespace, types with their number of type parameters, the member, and
// the types of its parameters, by which overloads differ. Lambdas and local functions belong to the member that they stand in.

using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Faultline.Sites;

internal static class MemberNames
{
    private const string TopLevel = "<top>";

    /// <summary>"Space.Outer.Inner`1.Method(int,Span&lt;byte&gt;)", "Space.Type.Property.get", "Space.Type.field".</summary>
    public static string Of(SyntaxNode node)
    {
        SyntaxNode declaration = DeclarationOf(node);
        List<string> parts = [];
        if (declaration is CompilationUnitSyntax)
            parts.Add(TopLevel);
        else if (declaration is not BaseTypeDeclarationSyntax)
            parts.Add(NameOf(declaration, node));
        foreach (SyntaxNode ancestor in declaration.AncestorsAndSelf())
        {
            if (ancestor is TypeDeclarationSyntax type)
                parts.Add(type.Identifier.ValueText + (type.TypeParameterList is { } parameters ? "`" + parameters.Parameters.Count : ""));
            else if (ancestor is BaseNamespaceDeclarationSyntax space)
                parts.Add(Compact(space.Name));
        }

        parts.Reverse();
        return string.Join(".", parts);
    }

    /// <summary>The declaration of the member; the type's for what stands in its head; the file for top-level statements.</summary>
    public static SyntaxNode DeclarationOf(SyntaxNode node)
    {
        foreach (SyntaxNode ancestor in node.Ancestors())
        {
            if (ancestor is GlobalStatementSyntax)
                return ancestor.Parent!;
            if (ancestor is MemberDeclarationSyntax or CompilationUnitSyntax)
                return ancestor;
        }

        return node;
    }

    private static string NameOf(SyntaxNode member, SyntaxNode node) => member switch
    {
        MethodDeclarationSyntax method => Explicit(method.ExplicitInterfaceSpecifier) + method.Identifier.ValueText
            + (method.TypeParameterList is { } types ? "`" + types.Parameters.Count : "") + Parameters(method.ParameterList),
        ConstructorDeclarationSyntax constructor => (constructor.Modifiers.Any(modifier => modifier.ValueText == "static") ? ".cctor" : ".ctor") + Parameters(constructor.ParameterList),
        DestructorDeclarationSyntax => "Finalize",
        OperatorDeclarationSyntax operation => "operator " + operation.OperatorToken.ValueText + Parameters(operation.ParameterList),
        ConversionOperatorDeclarationSyntax conversion => "operator " + Compact(conversion.Type) + Parameters(conversion.ParameterList),
        PropertyDeclarationSyntax property => Explicit(property.ExplicitInterfaceSpecifier) + property.Identifier.ValueText + Accessor(node),
        IndexerDeclarationSyntax indexer => Explicit(indexer.ExplicitInterfaceSpecifier) + "this" + Parameters(indexer.ParameterList) + Accessor(node),
        EventDeclarationSyntax declared => Explicit(declared.ExplicitInterfaceSpecifier) + declared.Identifier.ValueText + Accessor(node),
        BaseFieldDeclarationSyntax => node.Ancestors().OfType<VariableDeclaratorSyntax>().LastOrDefault()?.Identifier.ValueText ?? "",
        _ => "",
    };

    private static string Explicit(ExplicitInterfaceSpecifierSyntax? specifier) => specifier == null ? "" : Compact(specifier.Name) + ".";

    private static string Accessor(SyntaxNode node)
        => node.Ancestors().OfType<AccessorDeclarationSyntax>().FirstOrDefault() is { } accessor ? "." + accessor.Keyword.ValueText : "";

    private static string Parameters(BaseParameterListSyntax list)
        => "(" + string.Join(",", list.Parameters.Select(parameter => parameter.Type is { } type ? Compact(type) : "")) + ")";

    private static string Compact(SyntaxNode node) => string.Concat(node.DescendantTokens().Select(token => token.Text));
}
