using System;
using System.Collections.Immutable;
using System.Composition;
using System.Globalization;
using System.Linq;
using System.Threading;
using Faultline.Analyzers.Rules;
using Faultline.Analyzers.Shapes;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Editing;
using Microsoft.CodeAnalysis.Formatting;

namespace Faultline.CodeFixes;

/// <summary>FLT0005: stackalloc, as a Span where all that is done with the block can be done with one, else behind the same pointer.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(StackallocFix))]
[Shared]
public sealed class StackallocFix : Fix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [ShortLivedBlock.Id];

    private protected override ImmutableArray<(string Title, Action<DocumentEditor> Edit)> Offers(Diagnostic diagnostic, SyntaxNode root, SemanticModel model, CancellationToken cancel)
    {
        if (!diagnostic.Properties.TryGetValue(ShortLivedBlock.BytesProperty, out string? text) || !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int bytes))
            return [];
        StatementSyntax?[] parts = [.. diagnostic.AdditionalLocations.Select(location => Statements.At(root, location))];
        if (parts.Contains(null) || parts[0] is not LocalDeclarationStatementSyntax declaration || !Contexts.IsUnsafe(declaration)
            || root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true) is not InvocationExpressionSyntax call
            || model.GetDeclaredSymbol(declaration.Declaration.Variables[0], cancel) is not ILocalSymbol local
            || StackElements.Of(local, call, bytes, model, cancel) is not { } elements)
            return [];
        StatementSyntax[] frees = [.. parts.Skip(1).Select(part => part!)];
        SpanUses? spans = local.Type is IPointerTypeSymbol { PointedAtType.SpecialType: not SpecialType.System_Void } ? SpanUses.Find(local, declaration, frees, elements, model, cancel) : null;
        bool isZeroed = diagnostic.Properties.ContainsKey(ShortLivedBlock.ZeroedProperty);
        return [("Use stackalloc", editor =>
        {
            if (isZeroed)
                Clear(editor, declaration, local, elements, spans != null);
            if (spans != null)
                WriteSpan(editor, declaration, frees, elements, spans);
            else
                WritePointer(editor, declaration, frees, elements, local, model);
        })];
    }

    /// <summary>C# leaves open what stackalloc contains; with SkipLocalsInit it is not zero.</summary>
    private static void Clear(DocumentEditor editor, LocalDeclarationStatementSyntax declaration, ILocalSymbol local, StackElements elements, bool isSpan)
    {
        string pointer = local.Type is IPointerTypeSymbol ? local.Name : $"(void*){local.Name}";
        string cleared = isSpan ? local.Name : $"new {Names.Of("System.Span`1", editor.SemanticModel, declaration.SpanStart)}<{elements.TypeName}>({pointer}, {elements.Written})";
        editor.InsertAfter(declaration, SyntaxFactory.ParseStatement(cleared + ".Clear();").WithTrailingTrivia(SyntaxFactory.ElasticLineFeed).WithAdditionalAnnotations(Formatter.Annotation));
    }

    private static void WriteSpan(DocumentEditor editor, LocalDeclarationStatementSyntax declaration, StatementSyntax[] frees, StackElements elements, SpanUses spans)
    {
        TypeSyntax type = SyntaxFactory.ParseTypeName($"{Names.Of("System.Span`1", editor.SemanticModel, declaration.SpanStart)}<{elements.TypeName}>");
        foreach ((ExpressionSyntax made, ExpressionSyntax name) in spans.Replacements)
            editor.ReplaceNode(made, name);
        Declare(editor, declaration, type, elements);
        RemoveFrees(editor, frees);
    }

    /// <summary>A void* or a native integer takes the address of a byte* beside it: stackalloc has no other type.</summary>
    private static void WritePointer(
        DocumentEditor editor, LocalDeclarationStatementSyntax declaration, StatementSyntax[] frees, StackElements elements, ILocalSymbol local, SemanticModel model)
    {
        if (local.Type is IPointerTypeSymbol { PointedAtType.SpecialType: not SpecialType.System_Void })
        {
            Declare(editor, declaration, SyntaxFactory.ParseTypeName(elements.TypeName + "*"), elements);
        }
        else
        {
            string name = FreeName(local.Name + "Bytes", declaration, model);
            StatementSyntax bytes = SyntaxFactory.ParseStatement($"byte* {name} = {elements.Text};").WithLeadingTrivia(declaration.GetLeadingTrivia()).WithTrailingTrivia(SyntaxFactory.ElasticLineFeed);
            VariableDeclaratorSyntax variable = declaration.Declaration.Variables[0];
            ExpressionSyntax address = local.Type is IPointerTypeSymbol && !declaration.Declaration.Type.IsVar
                ? SyntaxFactory.IdentifierName(name) : Casts.To(local.Type is IPointerTypeSymbol ? "void*" : local.Type.SpecialType == SpecialType.System_UIntPtr ? "nuint" : "nint", SyntaxFactory.IdentifierName(name));
            editor.InsertBefore(declaration, bytes.WithAdditionalAnnotations(Formatter.Annotation));
            editor.ReplaceNode(declaration, declaration
                .ReplaceNode(variable, variable.WithInitializer(variable.Initializer!.WithValue(address.WithTrailingTrivia(variable.Initializer.Value.GetTrailingTrivia()))))
                .WithLeadingTrivia(declaration.GetLeadingTrivia().Where(trivia => trivia.IsKind(SyntaxKind.WhitespaceTrivia))));
        }

        RemoveFrees(editor, frees);
    }

    private static void Declare(DocumentEditor editor, LocalDeclarationStatementSyntax declaration, TypeSyntax type, StackElements elements)
    {
        VariableDeclaratorSyntax variable = declaration.Declaration.Variables[0];
        EqualsValueClauseSyntax value = variable.Initializer!.WithValue(SyntaxFactory.ParseExpression(elements.Text).WithTriviaFrom(variable.Initializer.Value));
        editor.ReplaceNode(declaration.Declaration, declaration.Declaration
            .WithType(type.WithTriviaFrom(declaration.Declaration.Type))
            .WithVariables(SyntaxFactory.SingletonSeparatedList(variable.WithInitializer(value))));
    }

    private static void RemoveFrees(DocumentEditor editor, StatementSyntax[] frees)
    {
        foreach (StatementSyntax free in frees)
        {
            if (FreeStatement.OnlyInFinallyOf(free) is { } attempt)
                Statements.RemoveFinally(editor, attempt);
            else
                Statements.Remove(editor, free);
        }
    }

    private static string FreeName(string wanted, SyntaxNode place, SemanticModel model)
    {
        SyntaxNode member = place.FirstAncestorOrSelf<MemberDeclarationSyntax>() ?? place.SyntaxTree.GetRoot();
        string name = wanted;
        for (int i = 2; member.DescendantTokens().Any(token => token.ValueText == name) || model.LookupSymbols(place.SpanStart, name: name).Length > 0; i++)
            name = wanted + i.ToString(CultureInfo.InvariantCulture);
        return name;
    }
}
