// Follows where pointers come from: through locals, fields of this object, casts between pointers and native integers, new IntPtr(p) and
// ToPointer(). A pointer that has been moved, that came in as a parameter, or that a call has answered is unknown, which null stands for.

using System;
using Faultline.Analyzers.Context;
using Faultline.Analyzers.Flow.Numbers;
using Faultline.Api;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Flow.Pointers;

/// <summary>Evaluates the operations of one graph; assignments are in the other part.</summary>
internal sealed partial class PointerEvaluator : OperationVisitor<object?, Origins?>
{
    private readonly AllocationContext _context;
    private readonly FollowedPlaces _places;

    public PointerEvaluator(AllocationContext context, FollowedPlaces places)
    {
        _context = context;
        _places = places;
    }

    public Knowledge<Origins> State { get; set; } = Knowledge<Origins>.Nothing;

    /// <summary>Told about every call that frees or resizes, with the block's origins if they are known.</summary>
    public Action<AllocationCall, Origins?>? OnRelease { get; set; }

    public Origins? Evaluate(IOperation? operation) => Visit(operation, null);

    public override Origins? Visit(IOperation? operation, object? argument)
    {
        if (operation == null)
            return null;
        if (operation.ConstantValue.HasValue)
            return Constants.IsNull(operation) || Constants.IsZeroPointer(operation) ? Origins.Null : null;
        return base.Visit(operation, argument);
    }

    public override Origins? DefaultVisit(IOperation operation, object? argument)
    {
        foreach (IOperation child in operation.ChildOperations)
            Visit(child, null);
        return null;
    }

    public override Origins? VisitLocalReference(ILocalReferenceOperation operation, object? argument) => Read(operation);

    public override Origins? VisitFlowCaptureReference(IFlowCaptureReferenceOperation operation, object? argument) => Read(operation);

    public override Origins? VisitParameterReference(IParameterReferenceOperation operation, object? argument) => Read(operation);

    public override Origins? VisitFieldReference(IFieldReferenceOperation operation, object? argument)
    {
        Visit(operation.Instance, null);
        return Constants.IsZeroPointer(operation) ? Origins.Null : Read(operation);
    }

    public override Origins? VisitDefaultValue(IDefaultValueOperation operation, object? argument) => Origins.Null;

    public override Origins? VisitFlowAnonymousFunction(IFlowAnonymousFunctionOperation operation, object? argument) => null;

    public override Origins? VisitFlowCapture(IFlowCaptureOperation operation, object? argument)
    {
        Set(_places.Of(operation.Id), Evaluate(operation.Value));
        return null;
    }

    /// <summary>A cast to or from a pointer, nint or long keeps the address; one to a narrower number does not.</summary>
    public override Origins? VisitConversion(IConversionOperation operation, object? argument)
    {
        Origins? operand = Evaluate(operation.Operand);
        return HoldsAddress(operation.Type) && (HoldsAddress(operation.Operand.Type) || Origins.Null.Equals(operand)) ? operand : null;
    }

    public override Origins? VisitObjectCreation(IObjectCreationOperation operation, object? argument)
    {
        bool isNativeInteger = operation.Type?.SpecialType is SpecialType.System_IntPtr or SpecialType.System_UIntPtr;
        if (isNativeInteger && operation.Arguments.Length == 1)
            return Evaluate(operation.Arguments[0].Value);
        DefaultVisit(operation, argument);
        State = State.ForgetFields();
        return null;
    }

    public override Origins? VisitInvocation(IInvocationOperation operation, object? argument)
    {
        Origins? instance = Evaluate(operation.Instance);
        if (_context.Find(operation.TargetMethod) is { } api)
            return VisitApi(new AllocationCall(api, operation));
        foreach (IArgumentOperation passed in operation.Arguments)
            Visit(passed, null);
        if (FieldEffects.MayWriteFields(operation.TargetMethod))
            State = State.ForgetFields();
        return operation.TargetMethod.Name == "ToPointer" && HoldsAddress(operation.TargetMethod.ContainingType) ? instance : null;
    }

    public override Origins? VisitPropertyReference(IPropertyReferenceOperation operation, object? argument)
    {
        DefaultVisit(operation, argument);
        if (operation.Property.GetMethod is { } getter && FieldEffects.MayWriteFields(getter))
            State = State.ForgetFields();
        return null;
    }

    public override Origins? VisitAwait(IAwaitOperation operation, object? argument)
    {
        DefaultVisit(operation, argument);
        State = State.ForgetFields();
        return null;
    }

    private Origins? VisitApi(AllocationCall call)
    {
        Origins? block = null;
        foreach (IArgumentOperation passed in call.Invocation.Arguments)
        {
            Origins? origins = Evaluate(passed);
            if (passed.Parameter?.Ordinal == call.Api.IndexOf(ParameterRole.Block))
                block = origins;
        }

        if (call.Api.Frees || call.Api.Effect == AllocationEffect.Reallocate)
            OnRelease?.Invoke(call, block);
        if (!call.Api.Allocates)
            return null;
        if (call.Argument(ParameterRole.OutBlock) is not { } target)
            return Origins.Of(call);
        Write(Constants.WithoutConversions(target) is IAddressOfOperation address ? address.Reference : target, Origins.Of(call));
        return null;
    }

    private Origins? Read(IOperation reference) => _places.Of(reference) is { } place && State.TryGet(place, out Origins origins) ? origins : null;

    private static bool HoldsAddress(ITypeSymbol? type)
        => type is IPointerTypeSymbol || IntegerType.Of(type) is { Bits: IntegerType.NativeBits };
}
