using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Faultline.CodeFixes;

/// <summary>
/// The uses of a pointer that a Span can take over: an element by an int, and a span made of the whole block that is used on the spot. In
/// any other place a span of stack memory may not be allowed, or may mean something else.
/// </summary>
internal sealed class SpanUses
{
    private readonly List<(ExpressionSyntax Made, ExpressionSyntax Name)> _replacements = [];

    /// <summary>Expressions that make a span, and the name that replaces each.</summary>
    public IReadOnlyList<(ExpressionSyntax Made, ExpressionSyntax Name)> Replacements => _replacements;

    /// <summary>Null if there is any other use, or none.</summary>
    public static SpanUses? Find(ILocalSymbol local, LocalDeclarationStatementSyntax declaration, StatementSyntax[] frees, StackElements elements, SemanticModel model, CancellationToken cancel)
    {
        SpanUses uses = new();
        bool any = false;
        foreach (IdentifierNameSyntax name in declaration.Parent!.DescendantNodes().OfType<IdentifierNameSyntax>())
        {
            if (name.Identifier.ValueText != local.Name || frees.Any(free => free.Span.Contains(name.Span)) || !SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(name, cancel).Symbol, local))
                continue;
            if (!uses.Take(name, elements, model, cancel))
                return null;
            any = true;
        }

        return any ? uses : null;
    }

    private bool Take(IdentifierNameSyntax name, StackElements elements, SemanticModel model, CancellationToken cancel)
    {
        if (name.Parent is ElementAccessExpressionSyntax { ArgumentList.Arguments.Count: 1 } element)
            return element.Expression == name && element.Parent is not PrefixUnaryExpressionSyntax { OperatorToken.Text: "&" } && IsInt(model.GetTypeInfo(element.ArgumentList.Arguments[0].Expression, cancel).Type);
        if (name.Parent is not ArgumentSyntax { Parent: ArgumentListSyntax { Arguments.Count: 2, Parent: BaseObjectCreationExpressionSyntax made } list } || list.Arguments[0].Expression != name)
            return false;
        if (model.GetTypeInfo(made, cancel).Type is not INamedTypeSymbol { Name: "Span", TypeArguments.Length: 1 } span || span.TypeArguments[0].ToMinimalDisplayString(model, made.SpanStart) != elements.TypeName)
            return false;
        if (model.GetConstantValue(list.Arguments[1].Expression, cancel) is not { HasValue: true, Value: int count } || count != elements.Count || !IsUsedOnTheSpot(made, model, cancel))
            return false;
        _replacements.Add((made, name.WithTriviaFrom(made)));
        return true;
    }

    /// <summary>An index of another integer type would not convert.</summary>
    private static bool IsInt(ITypeSymbol? type)
        => type?.SpecialType is SpecialType.System_Int32 or SpecialType.System_Byte or SpecialType.System_SByte or SpecialType.System_Int16 or SpecialType.System_UInt16 or SpecialType.System_Char;

    /// <summary>The receiver or an argument of a call that answers nothing that could hold the span.</summary>
    private static bool IsUsedOnTheSpot(ExpressionSyntax made, SemanticModel model, CancellationToken cancel)
    {
        InvocationExpressionSyntax? call = made.Parent switch
        {
            MemberAccessExpressionSyntax { Parent: InvocationExpressionSyntax invocation } access when access.Expression == made => invocation,
            ArgumentSyntax { Parent: ArgumentListSyntax { Parent: InvocationExpressionSyntax invocation } } => invocation,
            _ => null,
        };
        return call != null && model.GetSymbolInfo(call, cancel).Symbol is IMethodSymbol { ReturnsByRef: false, ReturnsByRefReadonly: false, IsGenericMethod: false, ReturnType.IsRefLikeType: false } method
            && method.Parameters.All(parameter => parameter.RefKind == RefKind.None);
    }
}
