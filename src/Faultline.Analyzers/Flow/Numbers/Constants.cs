using System.Numerics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Flow.Numbers;

/// <summary>Reads the values that the compiler has folded.</summary>
internal static class Constants
{
    /// <summary>An integer constant's value or a string constant's length.</summary>
    public static Interval? Read(IOperation operation)
    {
        if (!operation.ConstantValue.HasValue)
            return null;
        return operation.ConstantValue.Value switch
        {
            sbyte value => new Interval(value),
            byte value => new Interval(value),
            short value => new Interval(value),
            ushort value => new Interval(value),
            char value => new Interval(value),
            int value => new Interval(value),
            uint value => new Interval(value),
            long value => new Interval(value),
            ulong value => new Interval(value),
            string text => new Interval(text.Length),
            _ => null,
        };
    }

    public static bool IsNull(IOperation operation) => operation.ConstantValue is { HasValue: true, Value: null };

    /// <summary>0, default, IntPtr.Zero.</summary>
    public static bool IsZeroPointer(IOperation operation)
        => operation is IDefaultValueOperation || (Read(operation) is { } value && value.Equals(Interval.Zero))
            || operation is IFieldReferenceOperation { Field: { Name: "Zero", ContainingType.SpecialType: SpecialType.System_IntPtr or SpecialType.System_UIntPtr } };

    /// <summary>The operation under conversions that the compiler or the user has put around it.</summary>
    public static IOperation WithoutConversions(IOperation operation)
    {
        while (operation is IConversionOperation conversion)
            operation = conversion.Operand;
        return operation;
    }
}
