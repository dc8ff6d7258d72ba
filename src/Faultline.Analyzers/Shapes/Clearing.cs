using Faultline.Analyzers.Context;
using Faultline.Analyzers.Flow.Numbers;
using Faultline.Api;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Shapes;

/// <summary>
/// A statement that sets bytes of a block to zero: NativeMemory.Clear and Fill, Unsafe.InitBlock and InitBlockUnaligned, and Clear or
/// Fill of a span that is made on the spot.
/// </summary>
internal sealed class Clearing
{
    private Clearing(IOperation pointer, SizeProduct? bytes)
    {
        Pointer = pointer;
        Bytes = bytes;
    }

    /// <summary>The address from which on is cleared, without casts.</summary>
    public IOperation Pointer { get; }

    /// <summary>Null where the length cannot be compared.</summary>
    public SizeProduct? Bytes { get; }

    public static Clearing? Of(IOperation statement, KnownTypes types)
    {
        if (statement is not IExpressionStatementOperation { Operation: IInvocationOperation call })
            return null;
        if (call.Instance is { } instance)
            return OfSpan(call, instance, types);
        string type = call.TargetMethod.ContainingType.ToDisplayString();
        return (type, call.TargetMethod.Name, call.Arguments.Length) switch
        {
            (AllocationApis.NativeMemoryType, "Clear", 2) => From(call, 0, 1, types),
            (AllocationApis.NativeMemoryType, "Fill", 3) when IsZero(call, 2) => From(call, 0, 1, types),
            (_, "InitBlock" or "InitBlockUnaligned", 3) when KnownTypes.Same(call.TargetMethod.ContainingType, types.Unsafe) && IsZero(call, 1) => From(call, 0, 2, types),
            _ => null,
        };
    }

    private static Clearing? OfSpan(IInvocationOperation call, IOperation instance, KnownTypes types)
    {
        bool clears = call.TargetMethod.Name == "Clear" && call.Arguments.Length == 0 || call.TargetMethod.Name == "Fill" && IsZero(call, 0);
        if (!clears || instance is not IObjectCreationOperation { Arguments.Length: 2, Type: INamedTypeSymbol span } creation || !KnownTypes.Same(span.OriginalDefinition, types.Span))
            return null;
        return ArgumentAt(creation, 0) is { } pointer && ArgumentAt(creation, 1) is { } length
            ? new Clearing(Addresses.Innermost(pointer), SizeProduct.Of(length, span.TypeArguments[0], types)) : null;
    }

    private static Clearing? From(IInvocationOperation call, int pointer, int length, KnownTypes types)
        => AllocationCall.ArgumentAt(call, pointer) is { } block && AllocationCall.ArgumentAt(call, length) is { } bytes && Addresses.IsAddress(block.Type)
            ? new Clearing(Addresses.Innermost(block), SizeProduct.Of(bytes, types)) : null;

    private static bool IsZero(IInvocationOperation call, int argument)
        => AllocationCall.ArgumentAt(call, argument) is { } value && Constants.Read(value) is { } constant && constant.Equals(Interval.Zero);

    private static IOperation? ArgumentAt(IObjectCreationOperation creation, int ordinal)
    {
        foreach (IArgumentOperation argument in creation.Arguments)
            if (argument.Parameter?.Ordinal == ordinal)
                return argument.Value;
        return null;
    }
}
