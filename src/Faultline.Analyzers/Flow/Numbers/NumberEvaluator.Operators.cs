using System.Collections.Generic;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Flow.Numbers;

internal sealed partial class NumberEvaluator
{
    /// <summary>A long sum is a deep tree on its left side: walked in a loop, so that generated code cannot exhaust the stack.</summary>
    public override Interval VisitBinaryOperator(IBinaryOperation operation, object? argument)
    {
        Stack<IBinaryOperation> spine = new();
        spine.Push(operation);
        while (spine.Peek().LeftOperand is IBinaryOperation { ConstantValue.HasValue: false } deeper)
            spine.Push(deeper);

        Interval value = Evaluate(spine.Peek().LeftOperand);
        while (spine.Count > 0)
        {
            IBinaryOperation binary = spine.Pop();
            Interval right = Evaluate(binary.RightOperand);
            OnOperands?.Invoke(binary, value, right);
            value = binary.OperatorMethod == null && !binary.IsLifted && IntegerType.Of(binary.Type) is { } type
                ? type.Fit(Apply(binary.OperatorKind, value, right, type), binary.IsChecked)
                : Unknown(binary.Type);
        }

        return value;
    }

    public override Interval VisitUnaryOperator(IUnaryOperation operation, object? argument)
    {
        Interval operand = Evaluate(operation.Operand);
        if (operation.OperatorMethod != null || operation.IsLifted || IntegerType.Of(operation.Type) is not { } type)
            return Unknown(operation.Type);
        return operation.OperatorKind switch
        {
            UnaryOperatorKind.Plus => operand,
            UnaryOperatorKind.Minus => type.Fit(IntervalArithmetic.Negate(operand), operation.IsChecked),
            UnaryOperatorKind.BitwiseNegation => type.Fit(BitArithmetic.Complement(operand, type), isChecked: false),
            _ => type.Range,
        };
    }

    public override Interval VisitConversion(IConversionOperation operation, object? argument)
    {
        Interval operand = Evaluate(operation.Operand);
        if (operation.Operand.Type is not { } from)
            return Unknown(operation.Type);
        if (IntegerType.Of(operation.Type) is { } type)
        {
            bool isNumeric = IntegerType.Of(from) != null && (operation.OperatorMethod == null || IsNativeIntegerOperator(operation.OperatorMethod));
            return isNumeric ? type.Fit(operand, operation.IsChecked) : type.Range;
        }

        // An array or string keeps its length when it becomes a span.
        bool keepsLength = Measured.LengthsOf(from, _context.Types) != null && Measured.LengthsOf(operation.Type, _context.Types) is { } lengths && lengths.Contains(operand);
        return keepsLength ? operand : Unknown(operation.Type);
    }

    /// <summary>Before .NET 7 the conversions of IntPtr and UIntPtr are methods of theirs; on 64 bits they mean the same.</summary>
    private static bool IsNativeIntegerOperator(IMethodSymbol method)
        => method.ContainingType.SpecialType is SpecialType.System_IntPtr or SpecialType.System_UIntPtr;

    private static Interval Apply(BinaryOperatorKind kind, Interval left, Interval right, IntegerType type) => kind switch
    {
        BinaryOperatorKind.Add => IntervalArithmetic.Add(left, right),
        BinaryOperatorKind.Subtract => IntervalArithmetic.Subtract(left, right),
        BinaryOperatorKind.Multiply => IntervalArithmetic.Multiply(left, right),
        BinaryOperatorKind.Divide => IntervalArithmetic.Divide(left, right),
        BinaryOperatorKind.Remainder => IntervalArithmetic.Remainder(left, right),
        BinaryOperatorKind.And => BitArithmetic.And(left, right, type),
        BinaryOperatorKind.Or => BitArithmetic.Or(left, right),
        BinaryOperatorKind.ExclusiveOr => BitArithmetic.ExclusiveOr(left, right),
        BinaryOperatorKind.LeftShift => BitArithmetic.ShiftLeft(left, right, type),
        BinaryOperatorKind.RightShift => BitArithmetic.ShiftRight(left, right, type, unsigned: false),
        BinaryOperatorKind.UnsignedRightShift => BitArithmetic.ShiftRight(left, right, type, unsigned: true),
        _ => type.Range,
    };
}
