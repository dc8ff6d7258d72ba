using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Flow.Ownership;

internal sealed partial class OwnershipEvaluator
{
    /// <summary>Interlocked.Exchange(ref _block, 0): the caller has what was there, the field has the new value.</summary>
    private Value VisitExchange(IInvocationOperation operation)
    {
        IOperation location = operation.Arguments[0].Value;
        Value next = Evaluate(operation.Arguments[1].Value);
        Value comparand = operation.Arguments.Length > 2 ? Evaluate(operation.Arguments[2].Value) : Value.Unknown;
        if (World == null || _places.OfTarget(location) is not { } place)
        {
            Evaluate(location);
            Escape(next);
            return Value.Unknown;
        }

        Value before = World[place];
        if (operation.Arguments.Length > 2)
        {
            Escape(next);
            World = World.Set(place, before.Join(next));
            return before.Join(comparand).SaysNothing ? Value.Unknown : before;
        }

        World = _conditions.Forget(World, place);
        if (place.IsField)
            EscapeInto(place, next, operation.Syntax);
        World = World.Set(place, next);
        if (place.IsField && next.IsZero && operation.Parent is IExpressionStatementOperation)
            Log.Exchanged(place, operation.Syntax);
        return before;
    }

    /// <summary>A part of a span points into the same block; everything else reads or writes it.</summary>
    private Value VisitSpanMethod(IInvocationOperation operation, Value instance)
    {
        foreach (IArgumentOperation argument in operation.Arguments)
            Use(Evaluate(argument.Value), argument.Syntax);
        if (operation.TargetMethod.Name is "Slice" or "GetPinnableReference")
            return instance.Anywhere();
        if (operation.TargetMethod.Name is not ("GetEnumerator" or "Equals"))
            Use(instance, operation.Instance!.Syntax);
        return operation.TargetMethod.Name == "GetEnumerator" ? instance : Value.Unknown;
    }

    /// <summary>IntPtr's own way to say a cast or an addition.</summary>
    private static bool IsAddressMethod(IMethodSymbol method)
        => method.ContainingType.SpecialType is SpecialType.System_IntPtr or SpecialType.System_UIntPtr
            && method.Name is ("ToPointer" or "ToInt64" or "ToUInt64" or "Add" or "Subtract");

    private Value Added(IInvocationOperation operation)
    {
        IArgumentOperation? pointer = operation.Arguments.FirstOrDefault(argument => argument.Parameter?.Ordinal == 0);
        IArgumentOperation? distance = operation.Arguments.FirstOrDefault(argument => argument.Parameter?.Ordinal == 1);
        return pointer == null || distance == null || World == null
            ? Value.Unknown
            : Moved(Evaluate(pointer.Value), null, distance.Value, operation.TargetMethod.Name == "Add" ? 1 : -1);
    }
}
