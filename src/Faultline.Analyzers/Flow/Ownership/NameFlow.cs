// Where the value of a variable, or of one call, can get to within a method, by the names of variables and fields alone and in any order.
// It errs on the side of getting there: an expression that is not spoken of here passes on whatever it mentions.

using System.Collections.Generic;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Faultline.Analyzers.Flow.Ownership;

/// <summary>The assignments of one method, as pairs of what is written and what from.</summary>
internal sealed class NameFlow
{
    private readonly List<(ExpressionSyntax? Target, string? Declared, ExpressionSyntax Value)> _writes = [];
    private readonly List<ExpressionSyntax> _results = [];

    /// <param name="method">A method or a local function, with the local functions in it.</param>
    public NameFlow(SyntaxNode method)
    {
        Dictionary<string, ParameterListSyntax>? functions = null;
        foreach (SyntaxNode node in method.DescendantNodes())
            switch (node)
            {
                case LocalFunctionStatementSyntax function:
                    (functions ??= [])[function.Identifier.ValueText] = function.ParameterList;
                    break;
                case IsPatternExpressionSyntax match:
                    AddPattern(match.Pattern, match.Expression);
                    break;
                case SwitchStatementSyntax { Expression: var switched } choice:
                    AddPattern(choice, switched);
                    break;
                case SwitchExpressionSyntax { GoverningExpression: var switched } choice:
                    AddPattern(choice, switched);
                    break;
                case VariableDeclaratorSyntax { Initializer.Value: { } value } declarator:
                    _writes.Add((null, declarator.Identifier.ValueText, value));
                    break;
                case AssignmentExpressionSyntax assignment:
                    _writes.Add((assignment.Left, null, assignment.Right));
                    break;
                case ArgumentSyntax { RefKindKeyword.RawKind: not 0, Parent.Parent: ExpressionSyntax call } argument:
                    _writes.Add((argument.Expression, null, call));
                    break;
                case ReturnStatementSyntax { Expression: { } result }:
                    _results.Add(result);
                    break;
                case ArrowExpressionClauseSyntax arrow:
                    _results.Add(arrow.Expression);
                    break;
            }

        if (functions != null)
            AddCalls(method, functions);
    }

    /// <summary>What a pattern gives a name to.</summary>
    private void AddPattern(SyntaxNode pattern, ExpressionSyntax value)
    {
        foreach (SyntaxNode node in pattern.DescendantNodesAndSelf())
            if (node is SingleVariableDesignationSyntax declared)
                _writes.Add((null, declared.Identifier.ValueText, value));
    }

    /// <summary>The parameters of local functions get what they are called with; what they return counts as returned already.</summary>
    private void AddCalls(SyntaxNode method, Dictionary<string, ParameterListSyntax> functions)
    {
        foreach (SyntaxNode node in method.DescendantNodes())
            if (node is InvocationExpressionSyntax { Expression: SimpleNameSyntax name } call && functions.TryGetValue(name.Identifier.ValueText, out ParameterListSyntax? parameters))
                foreach (ArgumentSyntax argument in call.ArgumentList.Arguments)
                    foreach (ParameterSyntax parameter in parameters.Parameters)
                        _writes.Add((null, parameter.Identifier.ValueText, argument.Expression));
    }

    /// <summary>The names that can hold what these names, or the source, have held.</summary>
    public HashSet<string> Reached(HashSet<string> names, ExpressionSyntax? source)
    {
        int before;
        do
        {
            before = names.Count;
            foreach ((ExpressionSyntax? target, string? declared, ExpressionSyntax value) in _writes)
                if (Carries(value, names, source))
                    AddWritten(target, declared, names);
        }
        while (names.Count > before);
        return names;
    }

    /// <summary>What the call answers, or writes where it is told to by an argument, can get to a return.</summary>
    public bool IsReturned(ExpressionSyntax call)
    {
        if (_results.Count == 0)
            return false;
        HashSet<string> names = [];
        foreach (ArgumentSyntax argument in ArgumentsOf(call)?.Arguments ?? default)
            if (argument.Expression is PrefixUnaryExpressionSyntax || !argument.RefKindKeyword.IsKind(SyntaxKind.None))
                AddMentioned(argument.Expression, names);
        Reached(names, call);
        foreach (ExpressionSyntax result in _results)
            if (Carries(result, names, call))
                return true;
        return false;
    }

    /// <summary>What is passed can be what one of the names or the source has held, or by reference where it is held.</summary>
    public static bool Carries(ArgumentSyntax argument, HashSet<string> names, ExpressionSyntax? source)
        => argument.RefKindKeyword.IsKind(SyntaxKind.None) ? Carries(argument.Expression, names, source) : Mentions(argument.Expression, names, source);

    /// <summary>The value of the expression can be what one of the names or the source has held: not what was read from where that points.</summary>
    public static bool Carries(ExpressionSyntax? expression, HashSet<string> names, ExpressionSyntax? source)
    {
        if (expression == null)
            return false;
        if (expression == source)
            return true;
        return expression switch
        {
            IdentifierNameSyntax name => names.Contains(name.Identifier.ValueText),
            MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Value" } nullable => Carries(nullable.Expression, names, source),
            MemberAccessExpressionSyntax access => names.Contains(access.Name.Identifier.ValueText),
            LiteralExpressionSyntax or ElementAccessExpressionSyntax or SizeOfExpressionSyntax or TypeOfExpressionSyntax or DefaultExpressionSyntax => false,
            ParenthesizedExpressionSyntax inner => Carries(inner.Expression, names, source),
            CastExpressionSyntax cast => Carries(cast.Expression, names, source),
            CheckedExpressionSyntax inner => Carries(inner.Expression, names, source),
            PostfixUnaryExpressionSyntax unary => Carries(unary.Operand, names, source),
            PrefixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.PointerIndirectionExpression } => false,
            BinaryExpressionSyntax binary => Carries(binary.Left, names, source) || Carries(binary.Right, names, source),
            ConditionalExpressionSyntax choice => Carries(choice.WhenTrue, names, source) || Carries(choice.WhenFalse, names, source),
            AssignmentExpressionSyntax assignment => Carries(assignment.Right, names, source) || Carries(assignment.Left, names, source),
            InvocationExpressionSyntax call => IsPassedOn(call, names, source),
            ObjectCreationExpressionSyntax { Initializer: null } creation => IsPassedOn(creation, names, source),
            _ => Mentions(expression, names, source),
        };
    }

    /// <summary>A call may answer what it was given: a moved pointer, a span, an IntPtr.</summary>
    private static bool IsPassedOn(ExpressionSyntax call, HashSet<string> names, ExpressionSyntax? source)
    {
        foreach (ArgumentSyntax argument in ArgumentsOf(call)?.Arguments ?? default)
            if (Carries(argument, names, source))
                return true;
        return call is InvocationExpressionSyntax { Expression: var invoked } && (invoked is MemberAccessExpressionSyntax access
            ? Carries(access.Expression, names, source) : invoked is not SimpleNameSyntax && Mentions(invoked, names, source));
    }

    private static bool Mentions(ExpressionSyntax expression, HashSet<string> names, ExpressionSyntax? source)
    {
        if (source != null && expression.Span.Contains(source.Span))
            return true;
        foreach (SyntaxNode node in expression.DescendantNodesAndSelf())
            if (node is IdentifierNameSyntax name && names.Contains(name.Identifier.ValueText))
                return true;
        return false;
    }

    private static void AddWritten(ExpressionSyntax? target, string? declared, HashSet<string> names)
    {
        switch (target)
        {
            case null:
                names.Add(declared!);
                break;
            case IdentifierNameSyntax name:
                names.Add(name.Identifier.ValueText);
                break;
            case MemberAccessExpressionSyntax { Expression: ThisExpressionSyntax or BaseExpressionSyntax or IdentifierNameSyntax } access when !access.IsKind(SyntaxKind.PointerMemberAccessExpression):
                names.Add(access.Name.Identifier.ValueText);
                break;
            case TupleExpressionSyntax or DeclarationExpressionSyntax:
                AddMentioned(target, names);
                break;
        }
    }

    private static void AddMentioned(ExpressionSyntax expression, HashSet<string> names)
    {
        foreach (SyntaxNode node in expression.DescendantNodesAndSelf())
            if (node is IdentifierNameSyntax name)
                names.Add(name.Identifier.ValueText);
            else if (node is SingleVariableDesignationSyntax declared)
                names.Add(declared.Identifier.ValueText);
    }

    public static ArgumentListSyntax? ArgumentsOf(ExpressionSyntax call) => call switch
    {
        InvocationExpressionSyntax invocation => invocation.ArgumentList,
        BaseObjectCreationExpressionSyntax creation => creation.ArgumentList,
        _ => null,
    };
}
