using System.Collections.Generic;
using System.Numerics;
using Faultline.Analyzers.Context;
using Faultline.Analyzers.Flow.Numbers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Shapes;

/// <summary>What a size computation would give if integers had no end, from what the flow knows of its operands.</summary>
internal sealed class ComputedRange
{
    /// <summary>No type is known to be larger: the runtime allows more, but a size that is not known is not taken for gigabytes.</summary>
    private static readonly Interval SizesOfTypes = new(BigInteger.One, 1 << 16);

    private readonly IReadOnlyDictionary<SyntaxNode, (Interval Left, Interval Right)> _operands;
    private readonly KnownTypes _types;

    public ComputedRange(IReadOnlyDictionary<SyntaxNode, (Interval Left, Interval Right)> operands, KnownTypes types)
    {
        _operands = operands;
        _types = types;
    }

    /// <summary>Null where the computation is never reached. A count is taken not to be negative.</summary>
    public Interval? Of(IBinaryOperation arithmetic)
    {
        if (!_operands.TryGetValue(arithmetic.Syntax, out (Interval Left, Interval Right) known))
            return null;
        if (Operand(arithmetic.LeftOperand, known.Left) is not { } left || Operand(arithmetic.RightOperand, known.Right) is not { } right)
            return null;
        return arithmetic.OperatorKind switch
        {
            BinaryOperatorKind.Multiply => IntervalArithmetic.Multiply(left, right),
            BinaryOperatorKind.Add => IntervalArithmetic.Add(left, right),
            _ => known.Right.IsExact ? new Interval(left.Low << (int)(known.Right.Low & 31), left.High << (int)(known.Right.Low & 31)) : null,
        };
    }

    /// <summary>
    /// Whether what exceeds the type can come out as a smaller size: a product or a shift can, a sum only where there is no negative
    /// number for it to end in.
    /// </summary>
    public bool CanOverflow(IBinaryOperation arithmetic)
    {
        foreach (IBinaryOperation part in SizeComputation.PartsOf(arithmetic))
        {
            if (CanOverflowItself(part))
                return true;
        }

        return false;
    }

    public bool CanOverflowItself(IBinaryOperation part)
    {
        bool counts = part.OperatorKind != BinaryOperatorKind.Add || part.Type!.SpecialType == SpecialType.System_UInt32;
        return counts && Of(part) is { } range && IntegerType.Of(part.Type) is { } type && range.High > type.Range.High;
    }

    /// <summary>What an operand of one of the operations can be; null for what is none.</summary>
    public Interval? OfOperand(IOperation operand)
    {
        if (Constants.Read(operand) is { } constant)
            return constant;
        IOperation outer = operand;
        while (outer.Parent is IConversionOperation conversion)
            outer = conversion;
        if (outer.Parent is not IBinaryOperation binary || !_operands.TryGetValue(binary.Syntax, out (Interval Left, Interval Right) known))
            return null;
        return Operand(operand, binary.LeftOperand == outer ? known.Left : known.Right);
    }

    private Interval? Operand(IOperation operand, Interval known)
    {
        if (SizeComputation.IsNarrow(operand))
            return Of((IBinaryOperation)operand);
        IOperation value = Constants.WithoutConversions(operand);
        Interval counted = known.Meet(new Interval(BigInteger.Zero, Interval.Everything.High)) ?? known;
        return IsSmall(value) ? counted.Meet(SizesOfTypes) ?? counted : counted;
    }

    private bool IsSmall(IOperation value) => value switch
    {
        ISizeOfOperation => true,
        IInvocationOperation { TargetMethod: { Name: "SizeOf" } method } => KnownTypes.Same(method.ContainingType, _types.Marshal) || KnownTypes.Same(method.ContainingType, _types.Unsafe),
        IPropertyReferenceOperation { Property: { IsStatic: true, ContainingType: { Name: "Environment" } type } } => type.ContainingNamespace is { Name: "System", ContainingNamespace.IsGlobalNamespace: true },
        IFieldReferenceOperation { Field: { Name: "SystemDefaultCharSize" } field } => KnownTypes.Same(field.ContainingType, _types.Marshal),
        _ => false,
    };
}
