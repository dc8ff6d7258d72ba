using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Editing;
using Microsoft.CodeAnalysis.Simplification;
using Faultline.Api;

namespace Faultline.CodeFixes;

/// <summary>Finds the method that a row of the API table stands for in the user's compilation.</summary>
internal static class Deallocators
{
    /// <summary>
    /// The framework's method, or the user's own P/Invoke to free beside the P/Invoke that allocated. Null if there is none, if it
    /// cannot be named at the call, or if it does not take just the block.
    /// </summary>
    public static IMethodSymbol? Find(string right, SyntaxNode? allocation, SyntaxNode call, SemanticModel model, CancellationToken cancel)
    {
        int dot = right.LastIndexOf('.');
        string typeName = right.Substring(0, dot);
        string name = right.Substring(dot + 1);
        IMethodSymbol? method = typeName == AllocationApi.LibcType
            ? BesideAllocator(name, allocation, model, cancel)
            : model.Compilation.GetTypeByMetadataName(typeName)?.GetMembers(name).OfType<IMethodSymbol>().SingleOrDefault();
        return method is { IsStatic: true, Parameters.Length: 1, MethodKind: MethodKind.Ordinary } && model.IsAccessible(call.SpanStart, method) ? method : null;
    }

    /// <summary>The type's name, shortened as far as usings allow once the document is cleaned up, and the method's.</summary>
    public static ExpressionSyntax Name(IMethodSymbol method, Document document)
    {
        SyntaxGenerator generator = SyntaxGenerator.GetGenerator(document);
        ExpressionSyntax type = ((ExpressionSyntax)generator.TypeExpression(method.ContainingType))
            .WithAdditionalAnnotations(Simplifier.Annotation, Simplifier.AddImportsAnnotation);
        return SyntaxFactory.MemberAccessExpression(SyntaxKind.SimpleMemberAccessExpression, type, SyntaxFactory.IdentifierName(method.Name));
    }

    private static IMethodSymbol? BesideAllocator(string entryPoint, SyntaxNode? allocation, SemanticModel model, CancellationToken cancel)
    {
        if (allocation == null || model.GetSymbolInfo(allocation, cancel).Symbol is not IMethodSymbol { MethodKind: MethodKind.Ordinary } allocator)
            return null;
        return allocator.ContainingType.GetMembers().OfType<IMethodSymbol>().FirstOrDefault(method => EntryPointOf(method) == entryPoint);
    }

    private static string? EntryPointOf(IMethodSymbol method)
    {
        if (method.GetDllImportData() is { } data)
            return data.EntryPointName ?? method.Name;
        AttributeData? import = method.GetAttributes().FirstOrDefault(attribute => attribute.AttributeClass?.Name == "LibraryImportAttribute");
        if (import == null)
            return null;
        return import.NamedArguments.FirstOrDefault(argument => argument.Key == "EntryPoint").Value.Value as string ?? method.Name;
    }
}
