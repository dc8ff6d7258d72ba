using System;
using System.Collections.Immutable;
using System.Composition;
using System.Linq;
using System.Threading;
using Faultline.Analyzers.Rules;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Editing;

namespace Faultline.CodeFixes;

/// <summary>FLT1011: the size times sizeof(T), as a second argument where there is one.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(TimesSizeOfFix))]
[Shared]
public sealed class TimesSizeOfFix : Fix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [CountAsBytes.Id];

    private protected override bool IsOfExpression => true;

    private protected override ImmutableArray<(string Title, Action<DocumentEditor> Edit)> Offers(Diagnostic diagnostic, SyntaxNode root, SemanticModel model, CancellationToken cancel)
    {
        if (!diagnostic.Properties.TryGetValue(CountAsBytes.ElementProperty, out string? element) || element == null
            || root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true) is not InvocationExpressionSyntax call
            || model.GetSymbolInfo(call, cancel).Symbol is not IMethodSymbol method || SizeOf(call, method) is not { } size)
            return [];
        bool isConstant = IsPrimitive(element);
        bool takesCount = method.Name is "Alloc" or "AllocZeroed" && method.ContainingType.Name == "NativeMemory" && call.ArgumentList.Arguments.Count == 1;
        ExpressionSyntax factor = SyntaxFactory.SizeOfExpression(SyntaxFactory.ParseTypeName(element));
        if (takesCount)
            return [("Multiply by the size of an element", editor => editor.ReplaceNode(
                call.ArgumentList,
                call.ArgumentList.WithArguments(call.ArgumentList.Arguments.Add(SyntaxFactory.Argument(isConstant ? factor : Casts.To("nuint", factor)).WithLeadingTrivia(SyntaxFactory.Space)))))];
        return [("Multiply by the size of an element", editor => editor.ReplaceNode(size, Product(size, factor, isConstant, model, cancel).WithTriviaFrom(size)))];
    }

    /// <summary>The argument in bytes: AlignedAlloc's first, AllocHGlobal's only, Realloc's second.</summary>
    private static ExpressionSyntax? SizeOf(InvocationExpressionSyntax call, IMethodSymbol method)
    {
        if (call.ArgumentList.Arguments.Any(argument => argument.NameColon != null))
            return null;
        int position = method.Name switch
        {
            "Alloc" or "AllocZeroed" or "AlignedAlloc" or "AllocHGlobal" or "AllocCoTaskMem" => 0,
            "Realloc" => 1,
            _ => method.Parameters.Length == 1 ? 0 : -1,
        };
        return position >= 0 && position < call.ArgumentList.Arguments.Count ? call.ArgumentList.Arguments[position].Expression : null;
    }

    private static ExpressionSyntax Product(ExpressionSyntax size, ExpressionSyntax factor, bool isConstant, SemanticModel model, CancellationToken cancel)
    {
        TypeInfo type = model.GetTypeInfo(size, cancel);
        ExpressionSyntax left = size.WithoutTrivia();
        if (left is not (IdentifierNameSyntax or LiteralExpressionSyntax or MemberAccessExpressionSyntax or InvocationExpressionSyntax or CastExpressionSyntax or ParenthesizedExpressionSyntax))
            left = SyntaxFactory.ParenthesizedExpression(left);
        bool isNarrow = type.Type?.SpecialType is SpecialType.System_Int32 or SpecialType.System_UInt32 or SpecialType.System_Int16 or SpecialType.System_UInt16;
        string? wide = type.Type?.SpecialType switch
        {
            SpecialType.System_IntPtr => "nint",
            SpecialType.System_UIntPtr => "nuint",
            _ => null,
        };
        ExpressionSyntax product = SyntaxFactory.BinaryExpression(SyntaxKind.MultiplyExpression, left, isConstant || wide == null ? factor : Casts.To(wide, factor)).NormalizeWhitespace();
        return isNarrow && !model.GetConstantValue(size, cancel).HasValue ? SyntaxFactory.CheckedExpression(SyntaxKind.CheckedExpression, product) : product;
    }

    /// <summary>sizeof of these is a constant, which converts by itself.</summary>
    private static bool IsPrimitive(string type)
        => type is "short" or "ushort" or "char" or "int" or "uint" or "long" or "ulong" or "float" or "double" or "decimal";
}
