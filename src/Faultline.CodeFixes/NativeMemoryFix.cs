using System;
using System.Collections.Generic;
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

/// <summary>FLT0010: NativeMemory.Alloc and Free in place of Marshal.AllocHGlobal and FreeHGlobal, all of one block at once.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(NativeMemoryFix))]
[Shared]
public sealed class NativeMemoryFix : Fix
{
    private const string NativeMemory = "System.Runtime.InteropServices.NativeMemory";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [PreferNativeMemory.Id];

    private protected override ImmutableArray<(string Title, Action<DocumentEditor> Edit)> Offers(Diagnostic diagnostic, SyntaxNode root, SemanticModel model, CancellationToken cancel)
    {
        if (!diagnostic.Properties.ContainsKey(PreferNativeMemory.FixProperty)
            || model.Compilation.GetTypeByMetadataName(NativeMemory) is not { } type
            || root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true) is not InvocationExpressionSyntax call || !Contexts.IsUnsafe(call))
            return [];
        IMethodSymbol alloc = type.GetMembers("Alloc").OfType<IMethodSymbol>().Single(method => method.Parameters.Length == 1);
        IMethodSymbol free = type.GetMembers("Free").OfType<IMethodSymbol>().Single();
        List<(InvocationExpressionSyntax Call, ExpressionSyntax Block)> frees = [];
        foreach (Location location in diagnostic.AdditionalLocations)
        {
            if (root.FindNode(location.SourceSpan, getInnermostNodeForTie: true) is not InvocationExpressionSyntax { ArgumentList.Arguments.Count: 1 } release
                || BlockArgument.As(free.Parameters[0].Type, release.ArgumentList.Arguments[0].Expression, model, cancel) is not { } block)
                return [];
            frees.Add((release, block));
        }

        return [("Convert to NativeMemory", editor =>
        {
            Replace(editor, call, alloc, model, cancel);
            foreach ((InvocationExpressionSyntax release, ExpressionSyntax block) in frees)
                editor.ReplaceNode(release, With(release, free, block, model));
        })];
    }

    /// <summary>A cast of the IntPtr to a pointer stays and makes another one needless.</summary>
    private static void Replace(DocumentEditor editor, InvocationExpressionSyntax call, IMethodSymbol alloc, SemanticModel model, CancellationToken cancel)
    {
        ExpressionSyntax allocated = With(call, alloc, AsSize(call.ArgumentList.Arguments[0].Expression, model, cancel), model);
        if (call.Parent is CastExpressionSyntax { Type: PointerTypeSyntax })
        {
            editor.ReplaceNode(call, allocated);
            return;
        }

        ExpressionSyntax cast = SyntaxFactory.CastExpression(SyntaxFactory.ParseTypeName("nint"), allocated.WithoutTrivia());
        editor.ReplaceNode(call, (call.Parent is MemberAccessExpressionSyntax ? SyntaxFactory.ParenthesizedExpression(cast) : cast).WithTriviaFrom(call));
    }

    private static InvocationExpressionSyntax With(InvocationExpressionSyntax call, IMethodSymbol method, ExpressionSyntax argument, SemanticModel model) => call
        .WithExpression(SyntaxFactory.ParseExpression($"{Names.Of(NativeMemory, model, call.SpanStart)}.{method.Name}").WithTriviaFrom(call.Expression))
        .WithArgumentList(call.ArgumentList.WithArguments(SyntaxFactory.SingletonSeparatedList(
            call.ArgumentList.Arguments[0].WithNameColon(null).WithExpression(argument))));

    /// <summary>A constant needs no cast to nuint, a cast to nint becomes one, anything else gets one.</summary>
    private static ExpressionSyntax AsSize(ExpressionSyntax size, SemanticModel model, CancellationToken cancel)
    {
        if (size is CastExpressionSyntax cast && model.GetTypeInfo(cast.Type, cancel).Type?.SpecialType == SpecialType.System_IntPtr && model.GetTypeInfo(cast.Expression, cancel).Type?.SpecialType != SpecialType.System_IntPtr)
            size = cast.Expression;
        while (size is ParenthesizedExpressionSyntax parenthesized)
            size = parenthesized.Expression;
        if (model.GetConstantValue(size, cancel) is { HasValue: true, Value: int and >= 0 })
            return size;
        return Casts.To("nuint", size);
    }
}
