// A size that grows by the same amount in each pass: n, n + 1, (n + 16) * sizeof(T), where the loop changes n by n++, n += 16 or
// n = n + 16, or by way of another variable (next = n + 16; … n = next).

using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using Faultline.Analyzers.Flow.Numbers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Shapes;

/// <summary>Finds what a size grows by from pass to pass.</summary>
internal sealed class LinearGrowth
{
    private readonly SymbolUses _uses;
    private readonly ILookup<ISymbol, IOperation> _written;

    public LinearGrowth(IOperation root, StatementSyntax loop, SymbolUses uses)
    {
        _uses = uses;
        _written = root.DescendantsAndSelf()
            .Where(operation => loop.Span.Contains(operation.Syntax.Span) && SymbolOf(operation) != null && SymbolUses.IsWritten(operation))
            .ToLookup(operation => SymbolOf(operation)!, operation => operation.Parent!, SymbolEqualityComparer.Default);
    }

    /// <summary>
    /// The amount in the expression's unit; zero if it is constant but not known; null if the expression does not grow linearly. A
    /// conversion does not count: that it may cut something off is another rule's subject.
    /// </summary>
    public BigInteger? Of(IOperation size)
    {
        size = Constants.WithoutConversions(size);
        IOperation named = size switch
        {
            IIncrementOrDecrementOperation step => step.Target,
            IAssignmentOperation assignment => assignment.Target,
            _ => size,
        };
        if (SymbolOf(named) is { } variable)
            return OfVariable(variable);
        if (size is not IBinaryOperation { OperatorMethod: null } binary)
            return null;
        bool isLeft = Mentions(binary.LeftOperand);
        IOperation growing = isLeft ? binary.LeftOperand : binary.RightOperand;
        IOperation other = isLeft ? binary.RightOperand : binary.LeftOperand;
        if (Mentions(other) || Of(growing) is not { } amount)
            return null;
        return binary.OperatorKind switch
        {
            BinaryOperatorKind.Add => amount,
            BinaryOperatorKind.Subtract when isLeft => amount,
            BinaryOperatorKind.Multiply => amount * ConstantOf(other),
            _ => null,
        };
    }

    private BigInteger? OfVariable(ISymbol variable)
    {
        IOperation[] writes = [.. _written[variable]];
        if (writes.Length == 0)
            return variable is ILocalSymbol local && _uses.OnlyValueOf(local) is { } value ? Of(value) is { } inner ? inner : StepFrom(value, variable) : null;
        BigInteger? least = null;
        foreach (IOperation write in writes)
        {
            if (StepOf(write, variable) is not { } step)
                return null;
            least = least is { } before && before != step ? BigInteger.Zero : step;
        }

        return least;
    }

    private BigInteger? StepOf(IOperation write, ISymbol variable) => write switch
    {
        IIncrementOrDecrementOperation { Kind: OperationKind.Increment } => BigInteger.One,
        ICompoundAssignmentOperation { OperatorKind: BinaryOperatorKind.Add } add when IsConstantInLoop(add.Value) => ConstantOf(add.Value),
        ISimpleAssignmentOperation assignment => StepFrom(assignment.Value, variable),
        _ => null,
    };

    /// <summary>The constant in "w + 16", if w is the variable itself or is set to it in the loop, and to nothing else.</summary>
    private BigInteger? StepFrom(IOperation value, ISymbol variable)
    {
        value = Constants.WithoutConversions(value);
        if (value is not IBinaryOperation { OperatorKind: BinaryOperatorKind.Add, OperatorMethod: null } sum || !IsConstantInLoop(sum.RightOperand))
            return null;
        if (SymbolOf(Constants.WithoutConversions(sum.LeftOperand)) is not { } from)
            return null;
        bool isSame = SymbolEqualityComparer.Default.Equals(from, variable)
            || _written[from].Any() && _written[from].All(write => write is ISimpleAssignmentOperation copy && SymbolEqualityComparer.Default.Equals(SymbolOf(Constants.WithoutConversions(copy.Value)), variable));
        return isSame ? ConstantOf(sum.RightOperand) : null;
    }

    private bool IsConstantInLoop(IOperation value) => !Mentions(value) && value.DescendantsAndSelf().All(inner => inner is not IInvocationOperation and not IPropertyReferenceOperation);

    /// <summary>Whether anything in the expression is written by the loop.</summary>
    private bool Mentions(IOperation expression)
        => expression.DescendantsAndSelf().Any(inner => SymbolOf(inner) is { } symbol && (_written[symbol].Any() || symbol is ILocalSymbol local && _uses.OnlyValueOf(local) is { } value && value != expression && Mentions(value)));

    private static BigInteger ConstantOf(IOperation value) => Constants.Read(value) is { IsExact: true } constant ? constant.Low : BigInteger.Zero;

    private static ISymbol? SymbolOf(IOperation operation) => operation switch
    {
        ILocalReferenceOperation local => local.Local,
        IParameterReferenceOperation parameter => parameter.Parameter,
        IFieldReferenceOperation { Instance: null or IInstanceReferenceOperation } field => field.Field,
        _ => null,
    };
}
