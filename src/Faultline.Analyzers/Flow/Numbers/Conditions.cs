// What a branch teaches: behind `if (n > 4096)` the local n is at least 4097. Comparisons and patterns narrow the locals, parameters and
// lengths that stand directly, or under a conversion that keeps the value, on one of their sides.

using System.Numerics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Flow.Numbers;

/// <summary>Narrows a state by a condition; null says that the condition cannot have that outcome.</summary>
internal static class Conditions
{
    public static Knowledge<Interval>? Assume(NumberEvaluator evaluator, FollowedPlaces places, IOperation condition, bool holds) => condition switch
    {
        IUnaryOperation { OperatorKind: UnaryOperatorKind.Not } not => Assume(evaluator, places, not.Operand, !holds),
        IBinaryOperation { OperatorMethod: null, IsLifted: false } binary => AssumeComparison(evaluator, places, binary, holds),
        IIsPatternOperation match => AssumePattern(evaluator, places, match, holds),
        _ => evaluator.State,
    };

    /// <summary>Narrows what an expression names to what it has in common with an interval.</summary>
    public static Knowledge<Interval>? NarrowTo(NumberEvaluator evaluator, FollowedPlaces places, IOperation expression, Interval interval)
    {
        Interval now = evaluator.Peek(expression);
        if (now.Meet(interval) is not { } narrowed)
            return null;
        return NamedBy(evaluator, places, expression) is { } place && !narrowed.Equals(now) ? evaluator.State.Set(place, narrowed) : evaluator.State;
    }

    private static Knowledge<Interval>? AssumeComparison(NumberEvaluator evaluator, FollowedPlaces places, IBinaryOperation comparison, bool holds)
    {
        if (IntegerType.Of(comparison.LeftOperand.Type) == null || IntegerType.Of(comparison.RightOperand.Type) == null)
            return evaluator.State;
        BinaryOperatorKind kind = holds ? comparison.OperatorKind : Opposite(comparison.OperatorKind);
        Interval left = evaluator.Peek(comparison.LeftOperand);
        Interval right = evaluator.Peek(comparison.RightOperand);
        if (Allowed(kind, left, right) is not { } allowedLeft || Allowed(Mirrored(kind), right, left) is not { } allowedRight)
            return null;

        Knowledge<Interval> before = evaluator.State;
        Knowledge<Interval>? after = NarrowTo(evaluator, places, comparison.LeftOperand, allowedLeft);
        if (after != null)
        {
            evaluator.State = after;
            after = NarrowTo(evaluator, places, comparison.RightOperand, allowedRight);
            evaluator.State = before;
        }

        return after;
    }

    private static Knowledge<Interval>? AssumePattern(NumberEvaluator evaluator, FollowedPlaces places, IIsPatternOperation match, bool holds)
    {
        if (IntegerType.Of(match.Value.Type) is not { } type)
            return evaluator.State;
        return Patterns.Allowed(match.Pattern, holds, evaluator.Peek(match.Value), type) is { } allowed
            ? NarrowTo(evaluator, places, match.Value, allowed)
            : null;
    }

    /// <summary>The part of <paramref name="value"/> that can compare so with something in <paramref name="other"/>.</summary>
    public static Interval? Allowed(BinaryOperatorKind kind, Interval value, Interval other)
    {
        BigInteger bottom = Interval.Everything.Low;
        BigInteger top = Interval.Everything.High;
        return kind switch
        {
            BinaryOperatorKind.LessThan => value.Meet(new Interval(bottom, other.High - 1)),
            BinaryOperatorKind.LessThanOrEqual => value.Meet(new Interval(bottom, other.High)),
            BinaryOperatorKind.GreaterThan => value.Meet(new Interval(other.Low + 1, top)),
            BinaryOperatorKind.GreaterThanOrEqual => value.Meet(new Interval(other.Low, top)),
            BinaryOperatorKind.Equals => value.Meet(other),
            BinaryOperatorKind.NotEquals => other.IsExact ? value.Without(other.Low) : value,
            _ => value,
        };
    }

    private static Place? NamedBy(NumberEvaluator evaluator, FollowedPlaces places, IOperation expression)
    {
        switch (expression)
        {
            case IConversionOperation { OperatorMethod: null } conversion when IntegerType.Of(conversion.Type) is { } type:
                return type.Range.Contains(evaluator.Peek(conversion.Operand)) ? NamedBy(evaluator, places, conversion.Operand) : null;
            case IPropertyReferenceOperation { Property.Name: "Length", Instance: { } instance } when evaluator.IsMeasured(instance.Type):
                return places.Of(instance);
            case ISimpleAssignmentOperation assignment:
                return places.OfTarget(assignment.Target);
            case IIncrementOrDecrementOperation { IsPostfix: false } step:
                return places.OfTarget(step.Target);
            default:
                return places.Of(expression);
        }
    }

    private static BinaryOperatorKind Opposite(BinaryOperatorKind kind) => kind switch
    {
        BinaryOperatorKind.LessThan => BinaryOperatorKind.GreaterThanOrEqual,
        BinaryOperatorKind.LessThanOrEqual => BinaryOperatorKind.GreaterThan,
        BinaryOperatorKind.GreaterThan => BinaryOperatorKind.LessThanOrEqual,
        BinaryOperatorKind.GreaterThanOrEqual => BinaryOperatorKind.LessThan,
        BinaryOperatorKind.Equals => BinaryOperatorKind.NotEquals,
        BinaryOperatorKind.NotEquals => BinaryOperatorKind.Equals,
        _ => BinaryOperatorKind.None,
    };

    private static BinaryOperatorKind Mirrored(BinaryOperatorKind kind) => kind switch
    {
        BinaryOperatorKind.LessThan => BinaryOperatorKind.GreaterThan,
        BinaryOperatorKind.LessThanOrEqual => BinaryOperatorKind.GreaterThanOrEqual,
        BinaryOperatorKind.GreaterThan => BinaryOperatorKind.LessThan,
        BinaryOperatorKind.GreaterThanOrEqual => BinaryOperatorKind.LessThanOrEqual,
        _ => kind,
    };
}
