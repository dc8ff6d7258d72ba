using System.Numerics;
using Faultline.Analyzers.Context;
using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Flow.Numbers;

/// <summary>Framework methods whose result follows from their arguments; results are exact integers, before any cut to a type.</summary>
internal static class KnownCalls
{
    public static Interval? Evaluate(IMethodSymbol method, Interval[] arguments, KnownTypes types)
    {
        INamedTypeSymbol type = method.ContainingType;
        if (KnownTypes.Same(type, types.Math) || IntegerType.Of(type) != null)
            return IntegerType.Of(method.ReturnType) == null ? null : OfMath(method.Name, arguments);
        if (KnownTypes.Same(type, types.Unsafe))
            return method.Name == "SizeOf" && method.TypeArguments.Length == 1 ? TypeSizes.Of(method.TypeArguments[0], types) : null;
        if (KnownTypes.Same(type, types.Marshal))
            return method is { Name: "SizeOf", TypeArguments.Length: 1, Parameters.Length: 0 } ? TypeSizes.Marshalled(method.TypeArguments[0], types) : null;
        if (KnownTypes.Same(type, types.BitOperations) && method.Name == "RoundUpToPowerOf2")
            return RoundUp(arguments[0], IntegerType.Of(method.ReturnType));
        return null;
    }

    private static Interval? OfMath(string name, Interval[] arguments) => (name, arguments.Length) switch
    {
        ("Min", 2) => IntervalArithmetic.Min(arguments[0], arguments[1]),
        ("Max", 2) => IntervalArithmetic.Max(arguments[0], arguments[1]),
        ("Clamp", 3) => IntervalArithmetic.Max(IntervalArithmetic.Min(arguments[0], arguments[2]), arguments[1]),
        ("Abs", 1) => IntervalArithmetic.Absolute(arguments[0]),
        _ => null,
    };

    /// <summary>Beyond the type's highest power of two the result is 0, so only an argument below that says something.</summary>
    private static Interval? RoundUp(Interval argument, IntegerType? type)
        => type is { } result && argument.High <= (BigInteger.One << (result.Bits - 1)) ? BitArithmetic.RoundUpToPowerOf2(argument) : null;
}
