// Runs the operations of one graph in one world. What an operation does with a pointer falls into three: it looks at it (comparison,
// arithmetic, a cast), it follows it (`*p`, `p[i]`, a framework call that reads or writes there), or it does something that is not
// followed, and then the block has escaped. The last is what happens in every operation that is not spoken of here.

using System;
using Faultline.Analyzers.Context;
using Faultline.Analyzers.Flow.Numbers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Flow.Ownership;

/// <summary>Reads and plain operations; addresses, assignments, calls and what happens to blocks are in the other parts.</summary>
internal sealed partial class OwnershipEvaluator : OperationVisitor<object?, Value>
{
    private readonly OwnershipScope _scope;
    private readonly FollowedPlaces _places;
    private readonly ConditionKeys _conditions;

    /// <summary>The call whose reference is bound or passed on, not read.</summary>
    private IOperation? _bound;

    public OwnershipEvaluator(OwnershipScope scope, FollowedPlaces places, ConditionKeys conditions, OwnershipLog log)
    {
        _scope = scope;
        _places = places;
        _conditions = conditions;
        Log = log;
    }

    /// <summary>Null once a call has been reached that does not return.</summary>
    public World? World { get; set; }

    public OwnershipLog Log { get; }

    private AllocationContext Context => _scope.Context;

    public Value Evaluate(IOperation? operation) => Visit(operation, null);

    /// <summary>What a return statement answers; `return ref` answers an address.</summary>
    public Value EvaluateResult(IOperation operation)
    {
        if (operation.Syntax.Parent is RefExpressionSyntax && World != null)
            return AddressOf(operation);
        return Constants.WithoutConversions(operation) is ITupleOperation tuple ? EvaluateElements(tuple) : Evaluate(operation);
    }

    /// <summary>What a tuple that is returned points to by any of its elements.</summary>
    private Value EvaluateElements(ITupleOperation tuple)
    {
        Value? all = null;
        foreach (IOperation element in tuple.Elements)
        {
            Value value = Evaluate(element);
            Escape(value);
            if (!value.Targets.IsEmpty)
                all = all == null ? value : all.Join(value);
        }

        return all ?? Value.Unknown;
    }

    public override Value VisitUtf8String(IUtf8StringOperation operation, object? argument) => Foreign(operation.Syntax, SiteKind.Managed);

    public override Value Visit(IOperation? operation, object? argument)
    {
        if (operation == null || World == null)
            return Value.Unknown;
        if (ConstantOf(operation) is { } constant)
            return constant;
        return operation.Kind == OperationKind.None ? VisitUnnamed(operation) : base.Visit(operation, argument) ?? Value.Unknown;
    }

    /// <summary>What is not known to be harmless lets pointers escape.</summary>
    public override Value DefaultVisit(IOperation operation, object? argument)
    {
        foreach (IOperation child in operation.ChildOperations)
            Escape(Evaluate(child));
        return Value.Unknown;
    }

    /// <summary>Visits the operands, which are only looked at.</summary>
    private Value Look(IOperation operation)
    {
        foreach (IOperation child in operation.ChildOperations)
            Evaluate(child);
        return Value.Unknown;
    }

    public override Value VisitExpressionStatement(IExpressionStatementOperation operation, object? argument) => Evaluate(operation.Operation);

    public override Value VisitParenthesized(IParenthesizedOperation operation, object? argument) => Evaluate(operation.Operand);

    public override Value VisitLocalReference(ILocalReferenceOperation operation, object? argument)
    {
        if (!operation.Local.IsRef)
            return Read(operation);
        Use(World![_places.Of(operation.Local)], operation.Syntax); // a reference is followed by every mention
        return Value.Unknown;
    }

    public override Value VisitParameterReference(IParameterReferenceOperation operation, object? argument) => Read(operation);

    public override Value VisitFlowCaptureReference(IFlowCaptureReferenceOperation operation, object? argument) => Read(operation);

    public override Value VisitFlowCapture(IFlowCaptureOperation operation, object? argument)
    {
        Place place = _places.Of(operation.Id);
        Value value = Evaluate(operation.Value);
        World = World?.Set(place, value);
        return Value.Unknown;
    }

    public override Value VisitFieldReference(IFieldReferenceOperation operation, object? argument)
    {
        if (operation.Instance is { } instance and not IInstanceReferenceOperation)
            Follow(instance);
        return Read(operation);
    }

    public override Value VisitDefaultValue(IDefaultValueOperation operation, object? argument) => Value.Zero;

    public override Value VisitInstanceReference(IInstanceReferenceOperation operation, object? argument) => Value.NonZero;

    public override Value VisitCaughtException(ICaughtExceptionOperation operation, object? argument) => Value.NonZero;

    public override Value VisitArgument(IArgumentOperation operation, object? argument) => Evaluate(operation.Value);

    public override Value VisitIsNull(IIsNullOperation operation, object? argument) => Truth(operation);

    public override Value VisitIsType(IIsTypeOperation operation, object? argument) => Look(operation);

    public override Value VisitInterpolatedString(IInterpolatedStringOperation operation, object? argument) => Look(operation);

    public override Value VisitInterpolation(IInterpolationOperation operation, object? argument) => Look(operation);

    public override Value VisitArrayElementReference(IArrayElementReferenceOperation operation, object? argument) => Look(operation);

    public override Value VisitFlowAnonymousFunction(IFlowAnonymousFunctionOperation operation, object? argument)
    {
        EscapeCaptured(operation.Symbol);
        return Value.NonZero;
    }

    public override Value VisitDelegateCreation(IDelegateCreationOperation operation, object? argument)
    {
        Evaluate(operation.Target);
        return Value.NonZero;
    }

    public override Value VisitMethodReference(IMethodReferenceOperation operation, object? argument)
    {
        Escape(Evaluate(operation.Instance));
        if (operation.Method.MethodKind == MethodKind.LocalFunction)
            EscapeCaptured(operation.Method);
        return Value.NonZero;
    }

    private Value Read(IOperation reference) => _places.Of(reference) is { } place ? World![place] : Value.Unknown;

    /// <summary>Null for what is no constant; a constant that is no small number is just not zero.</summary>
    private static Value? ConstantOf(IOperation operation)
    {
        if (!operation.ConstantValue.HasValue)
            return Constants.IsZeroPointer(operation) ? Value.Zero : null;
        return operation.ConstantValue.Value switch
        {
            null => Value.Zero,
            bool truth => Value.Of(truth),
            string => Value.NonZero,
            _ when Constants.Read(operation) is { } number => number.Low >= long.MinValue && number.Low <= long.MaxValue ? Value.Of((long)number.Low) : Value.NonZero,
            _ => Value.Unknown,
        };
    }
}
