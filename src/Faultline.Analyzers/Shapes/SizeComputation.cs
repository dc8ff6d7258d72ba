// The arithmetic behind the size that a call is given. What is computed in int or uint and becomes a 64-bit size only afterwards has
// wrapped by then: (nuint)(n * sizeof(T)), int size = n * 4 … AllocHGlobal(size). A parameter that is an int itself counts as well, since
// the C library is asked for what it is widened to.

using System.Collections.Generic;
using Faultline.Analyzers.Context;
using Faultline.Analyzers.Flow.Numbers;
using Faultline.Api;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Shapes;

/// <summary>An outermost 32-bit, unchecked product, sum or shift in the size of an allocation.</summary>
internal sealed class SizeComputation
{
    private const int DepthLimit = 3;

    private SizeComputation(AllocationCall call, IBinaryOperation arithmetic, bool isInCall)
    {
        Call = call;
        Arithmetic = arithmetic;
        IsInCall = isInCall;
    }

    public AllocationCall Call { get; }

    public IBinaryOperation Arithmetic { get; }

    /// <summary>It stands in the call itself and not where a local gets its value.</summary>
    public bool IsInCall { get; }

    public static IEnumerable<SizeComputation> Of(AllocationCall call, SymbolUses uses)
    {
        if (!call.Api.Allocates)
            yield break;
        foreach (ParameterRole role in new[] { ParameterRole.Size, ParameterRole.Count, ParameterRole.ElementSize })
            if (call.Argument(role) is { } argument)
                foreach ((IBinaryOperation arithmetic, bool isInCall) in Find(argument, uses, DepthLimit, isInCall: true))
                    yield return new SizeComputation(call, arithmetic, isInCall);
    }

    /// <summary>The parts of a computation whose operands decide whether it can overflow.</summary>
    public static IEnumerable<IBinaryOperation> PartsOf(IOperation arithmetic)
    {
        if (!IsNarrow(arithmetic))
            yield break;
        IBinaryOperation binary = (IBinaryOperation)arithmetic;
        yield return binary;
        foreach (IBinaryOperation part in PartsOf(binary.LeftOperand))
            yield return part;
        foreach (IBinaryOperation part in PartsOf(binary.RightOperand))
            yield return part;
    }

    /// <summary>An int or uint that nobody checks for overflow, made by an operator that can raise it.</summary>
    public static bool IsNarrow(IOperation operation) => operation is IBinaryOperation
    {
        IsChecked: false, OperatorMethod: null, IsLifted: false, ConstantValue.HasValue: false,
        OperatorKind: BinaryOperatorKind.Multiply or BinaryOperatorKind.Add or BinaryOperatorKind.LeftShift,
        Type.SpecialType: SpecialType.System_Int32 or SpecialType.System_UInt32,
    };

    private static IEnumerable<(IBinaryOperation Arithmetic, bool IsInCall)> Find(IOperation size, SymbolUses uses, int depth, bool isInCall)
    {
        size = Constants.WithoutConversions(size);
        if (IsNarrow(size))
            return [((IBinaryOperation)size, isInCall)];
        return size switch
        {
            ILocalReferenceOperation local when depth > 0 && uses.OnlyValueOf(local.Local) is { } value => Find(value, uses, depth - 1, isInCall: false),
            IBinaryOperation { OperatorMethod: null, ConstantValue.HasValue: false } wide => Both(wide.LeftOperand, wide.RightOperand, uses, depth, isInCall),
            IConditionalOperation { WhenFalse: { } otherwise } choice => Both(choice.WhenTrue, otherwise, uses, depth, isInCall),
            _ => [],
        };
    }

    private static IEnumerable<(IBinaryOperation Arithmetic, bool IsInCall)> Both(IOperation left, IOperation right, SymbolUses uses, int depth, bool isInCall)
    {
        foreach ((IBinaryOperation, bool) found in Find(left, uses, depth, isInCall))
            yield return found;
        foreach ((IBinaryOperation, bool) found in Find(right, uses, depth, isInCall))
            yield return found;
    }
}
