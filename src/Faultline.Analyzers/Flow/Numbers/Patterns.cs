using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Flow.Numbers;

/// <summary>What constant, relational and logical patterns say about an integer.</summary>
internal static class Patterns
{
    /// <summary>The part of a value that matches (or does not match) the pattern, widened to one interval; null if there is none.</summary>
    public static Interval? Allowed(IPatternOperation pattern, bool matches, Interval value, IntegerType type)
    {
        switch (pattern)
        {
            case IConstantPatternOperation constant when Constants.Read(constant.Value) is { } exact:
                return Conditions.Allowed(matches ? BinaryOperatorKind.Equals : BinaryOperatorKind.NotEquals, value, exact);
            case IRelationalPatternOperation relational when Constants.Read(relational.Value) is { } limit:
                return Conditions.Allowed(matches ? relational.OperatorKind : Opposite(relational.OperatorKind), value, limit);
            case INegatedPatternOperation negated:
                return Allowed(negated.Pattern, !matches, value, type);
            case IBinaryPatternOperation binary when binary.OperatorKind == BinaryOperatorKind.And == matches:
                return Allowed(binary.LeftPattern, matches, value, type) is { } first ? Allowed(binary.RightPattern, matches, first, type) : null;
            case IBinaryPatternOperation binary:
                return Either(Allowed(binary.LeftPattern, matches, value, type), Allowed(binary.RightPattern, matches, value, type));
            default:
                return value;
        }
    }

    private static Interval? Either(Interval? left, Interval? right)
        => left is { } a && right is { } b ? a.Join(b) : left ?? right;

    private static BinaryOperatorKind Opposite(BinaryOperatorKind kind) => kind switch
    {
        BinaryOperatorKind.LessThan => BinaryOperatorKind.GreaterThanOrEqual,
        BinaryOperatorKind.LessThanOrEqual => BinaryOperatorKind.GreaterThan,
        BinaryOperatorKind.GreaterThan => BinaryOperatorKind.LessThanOrEqual,
        _ => BinaryOperatorKind.LessThan,
    };
}
