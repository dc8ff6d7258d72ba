using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Faultline.Interceptors.Sites;

/// <summary>
/// The type and member that a call is in, in the words of the run-time route, which reads them from compiled names: Foo, Foo (lambda), Inner (in Foo), Box (constructor),
/// Size (get), Main for top-level statements.
/// </summary>
internal static class SourceMember
{
    public static string TypeOf(SyntaxNode call, SemanticModel model, CancellationToken cancel)
        => Member(model, call, cancel)?.ContainingType is { } type ? FullName(type) : "";

    public static string NameOf(SyntaxNode call, SemanticModel model, CancellationToken cancel)
    {
        SyntaxNode? function = call.Ancestors().FirstOrDefault(node => IsLambda(node) || node is LocalFunctionStatementSyntax or MemberDeclarationSyntax);
        ISymbol? member = Member(model, call, cancel);
        return function switch
        {
            not null when IsLambda(function) => Outer(member, call) + " (lambda)",
            LocalFunctionStatementSyntax local => $"{local.Identifier.ValueText} (in {Outer(member, call)})",
            _ => Name(member, call),
        };
    }

    /// <summary>A query's clauses are lambdas too, all but the source that it starts from.</summary>
    internal static bool IsLambda(SyntaxNode node)
        => node is AnonymousFunctionExpressionSyntax or SelectOrGroupClauseSyntax or QueryClauseSyntax and not FromClauseSyntax { Parent: QueryExpressionSyntax };

    /// <summary>The method, accessor or initialised field or property around a call and all functions within.</summary>
    private static ISymbol? Member(SemanticModel model, SyntaxNode call, CancellationToken cancel)
    {
        ISymbol? symbol = model.GetEnclosingSymbol(call.SpanStart, cancel);
        while (symbol is IMethodSymbol { MethodKind: MethodKind.AnonymousFunction or MethodKind.LocalFunction })
            symbol = symbol.ContainingSymbol;
        return symbol;
    }

    private static string Name(ISymbol? member, SyntaxNode call) => member switch
    {
        IMethodSymbol { MethodKind: MethodKind.PropertyGet, AssociatedSymbol: { } property } => Short(property.MetadataName) + " (get)",
        IMethodSymbol { MethodKind: MethodKind.PropertySet, AssociatedSymbol: { } property } => Short(property.MetadataName) + " (set)",
        IMethodSymbol { MethodKind: MethodKind.Destructor } method => "~" + Simple(method.ContainingType),
        _ => Outer(member, call),
    };

    /// <summary>The compiled method's own name: what lambdas and local functions are named after.</summary>
    private static string Outer(ISymbol? member, SyntaxNode call) => member switch
    {
        IMethodSymbol { MethodKind: MethodKind.Constructor } method => Simple(method.ContainingType) + " (constructor)",
        IMethodSymbol { MethodKind: MethodKind.StaticConstructor } method => Simple(method.ContainingType) + " (static constructor)",
        IMethodSymbol { MetadataName: "<Main>$" } => "Main",
        IMethodSymbol method => Short(method.MetadataName),
        IFieldSymbol or IPropertySymbol or IEventSymbol => Simple(member.ContainingType) + (member.IsStatic ? " (static constructor)" : " (constructor)"),
        // In an initialiser, or the arguments of a primary constructor's base.
        INamedTypeSymbol type => Simple(type) + (IsStaticInitializer(call) ? " (static constructor)" : " (constructor)"),
        _ => "",
    };

    private static bool IsStaticInitializer(SyntaxNode call)
        => call.Ancestors().OfType<MemberDeclarationSyntax>().FirstOrDefault()?.Modifiers.Any(SyntaxKind.StaticKeyword) == true;

    private static string FullName(INamedTypeSymbol type)
    {
        if (type.ContainingType is { } outer)
            return FullName(outer) + "." + Simple(type);
        return type.ContainingNamespace is { IsGlobalNamespace: false } space ? space.ToDisplayString() + "." + Simple(type) : Simple(type);
    }

    private static string Simple(INamedTypeSymbol type)
        => type.TypeParameters.Length == 0 ? type.Name : $"{type.Name}<{string.Join(", ", type.TypeParameters.Select(parameter => parameter.Name))}>";

    /// <summary>An explicit implementation is called System.IDisposable.Dispose; IDisposable.Dispose says as much.</summary>
    private static string Short(string name)
    {
        if (name.Contains('<'))
            return name;
        int last = name.LastIndexOf('.');
        int before = last > 0 ? name.LastIndexOf('.', last - 1) : -1;
        return before < 0 ? name : name.Substring(before + 1);
    }
}
