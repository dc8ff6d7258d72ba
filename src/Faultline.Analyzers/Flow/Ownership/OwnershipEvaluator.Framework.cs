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
        if (!place.IsField || !next.IsZero)
            return before;
        if (before.SaysNothing) // a block by no other name than this
        {
            Site taken = _scope.Sites.Get(operation.Syntax, SiteKind.Released);
            World = World.Set(taken.Number, new SiteState(SiteStatus.MaybeNull));
            before = Value.PointingTo(new Target(taken.Number));
        }

        if (before.Targets.Length == 1)
            Log.Exchanged(place, operation.Syntax, before.Targets[0].Site);
        return before;
    }

    /// <summary>A part of a span points into the same block; everything else reads or writes it.</summary>
    private Value VisitSpanMethod(IInvocationOperation operation, Value instance)
    {
        foreach (IArgumentOperation argument in operation.Arguments)
            Use(Evaluate(argument.Value), argument.Syntax);
        if (operation.TargetMethod.Name == "Slice")
            return Moved(instance, Distance.Of(operation.Arguments[0].Value, ElementOf(operation.TargetMethod.ContainingType)), 1);
        if (operation.TargetMethod.Name == "GetPinnableReference")
            return instance;
        if (operation.TargetMethod.Name != "Equals")
            Use(instance, operation.Instance!.Syntax);
        return operation.TargetMethod.Name == "GetEnumerator" ? instance : Value.Unknown;
    }

    private static ITypeSymbol? ElementOf(INamedTypeSymbol span) => span.TypeArguments.Length == 1 ? span.TypeArguments[0] : null;

    /// <summary>Unsafe.Add(p, 2) moves by elements of its type, Unsafe.AddByteOffset by bytes.</summary>
    private static Value? MovedByUnsafe(IInvocationOperation operation, Value[] arguments)
    {
        if (operation is not { TargetMethod: { Name: "Add" or "Subtract" or "AddByteOffset" or "SubtractByteOffset", ContainingType.Name: "Unsafe" } method, Arguments.Length: 2 })
            return null;
        ITypeSymbol? element = method.Name is "Add" or "Subtract" ? method.TypeArguments[0] : null;
        return Moved(arguments[0], Distance.Of(operation.Arguments[1].Value, element), method.Name.StartsWith("Add", System.StringComparison.Ordinal) ? 1 : -1);
    }

    /// <summary>IntPtr's own way to say a cast or an addition.</summary>
    private static bool IsAddressMethod(IMethodSymbol method)
        => method.ContainingType.SpecialType is SpecialType.System_IntPtr or SpecialType.System_UIntPtr
            && method.Name is ("ToPointer" or "ToInt64" or "ToUInt64" or "ToInt32" or "ToUInt32" or "Add" or "Subtract");

    private Value Added(IInvocationOperation operation)
    {
        IArgumentOperation? pointer = operation.Arguments.FirstOrDefault(argument => argument.Parameter?.Ordinal == 0);
        IArgumentOperation? distance = operation.Arguments.FirstOrDefault(argument => argument.Parameter?.Ordinal == 1);
        return pointer == null || distance == null || World == null
            ? Value.Unknown
            : Moved(Evaluate(pointer.Value), Distance.Of(distance.Value, null), operation.TargetMethod.Name == "Add" ? 1 : -1);
    }
}
