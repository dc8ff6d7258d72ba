using System.Linq;
using System.Numerics;
using Faultline.Analyzers.Flow.Numbers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Flow.Ownership;

/// <summary>How far pointer arithmetic moves. Only constants are read exactly; what is positive by its nature, such as a size, is at least 1.</summary>
internal static class Distance
{
    /// <summary>Bounds in bytes.</summary>
    /// <param name="element">What the distance counts; null for bytes.</param>
    public static (long Low, long High) Of(IOperation distance, ITypeSymbol? element)
    {
        distance = Constants.WithoutConversions(distance);
        if (Constants.Read(distance) is { IsExact: true } exact)
        {
            BigInteger bytes = exact.Low * ElementSize(element);
            return BigInteger.Abs(bytes) < Target.Unbounded ? ((long)bytes, (long)bytes) : (-Target.Unbounded, Target.Unbounded);
        }

        return IsPositive(distance) ? (1, Target.Unbounded) : (-Target.Unbounded, Target.Unbounded);
    }

    private static bool IsPositive(IOperation distance) => distance switch
    {
        ISizeOfOperation => true,
        IInvocationOperation { TargetMethod: { Name: "SizeOf", ContainingType.Name: "Marshal" or "Unsafe" } } => true,
        IPropertyReferenceOperation { Property: { Name: "Size", ContainingType.SpecialType: SpecialType.System_IntPtr or SpecialType.System_UIntPtr } } => true,
        IBinaryOperation { OperatorKind: BinaryOperatorKind.Multiply or BinaryOperatorKind.Add } binary
            => IsPositiveOperand(binary.LeftOperand) && IsPositiveOperand(binary.RightOperand),
        _ => false,
    };

    private static bool IsPositiveOperand(IOperation operand)
    {
        operand = Constants.WithoutConversions(operand);
        return Constants.Read(operand) is { IsExact: true } exact ? exact.Low.Sign > 0 : IsPositive(operand);
    }

    /// <summary>Whether a field lies at the start of its struct; null where the layout is not known.</summary>
    public static bool? IsFirst(IFieldSymbol field)
    {
        if (field.ContainingType is not { IsValueType: true } type || type.DeclaringSyntaxReferences.Length != 1 || HasLayout(type))
            return null;
        return SymbolEqualityComparer.Default.Equals(type.GetMembers().OfType<IFieldSymbol>().First(static member => !member.IsStatic), field.OriginalDefinition);
    }

    private static bool HasLayout(INamedTypeSymbol type) => type.GetAttributes().Any(static attribute => attribute.AttributeClass?.Name == "StructLayoutAttribute");

    /// <summary>Exact sizes matter only where moves cancel, and then any positive one will do.</summary>
    public static long ElementSize(ITypeSymbol? element) => element == null ? 1 : element.SpecialType switch
    {
        SpecialType.System_Byte or SpecialType.System_SByte or SpecialType.System_Boolean or SpecialType.System_Void => 1,
        SpecialType.System_Int16 or SpecialType.System_UInt16 or SpecialType.System_Char => 2,
        SpecialType.System_Int32 or SpecialType.System_UInt32 or SpecialType.System_Single => 4,
        _ => 8,
    };
}
