// Abstract interpretation of expressions over intervals: a walk in evaluation order that answers what each integer expression can be,
// or how long an array, string or span can be, and keeps the state up to date as assignments pass by. What it does not know it answers
// with the whole range of the expression's type, so that no bound is ever guessed.

using System;
using Faultline.Analyzers.Context;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Flow.Numbers;

/// <summary>Evaluates the operations of one control-flow graph; operators, calls and assignments are in the other parts.</summary>
internal sealed partial class NumberEvaluator : OperationVisitor<object?, Interval>
{
    private readonly AllocationContext _context;
    private readonly FollowedPlaces _places;

    public NumberEvaluator(AllocationContext context, FollowedPlaces places)
    {
        _context = context;
        _places = places;
    }

    /// <summary>What is known before, and after an evaluation behind it.</summary>
    public Knowledge<Interval> State { get; set; } = Knowledge<Interval>.Nothing;

    /// <summary>Told about every call of an allocation API with the values of its arguments by parameter.</summary>
    public Action<IInvocationOperation, Interval[]>? OnAllocation { get; set; }

    /// <summary>Told about the operands of every binary operator.</summary>
    public Action<IBinaryOperation, Interval, Interval>? OnOperands { get; set; }

    /// <summary>Told about the value of a local that is never written again.</summary>
    public Action<ILocalSymbol, Interval>? OnDeclared { get; set; }

    public Interval Evaluate(IOperation operation) => Visit(operation, null);

    /// <summary>The value in the present state, without the expression's side effects.</summary>
    public Interval Peek(IOperation operation)
    {
        Knowledge<Interval> before = State;
        Action<IInvocationOperation, Interval[]>? onAllocation = OnAllocation;
        Action<IBinaryOperation, Interval, Interval>? onOperands = OnOperands;
        OnAllocation = null;
        OnOperands = null;
        Interval value = Evaluate(operation);
        OnAllocation = onAllocation;
        OnOperands = onOperands;
        State = before;
        return value;
    }

    public bool IsMeasured(ITypeSymbol? type) => Measured.LengthsOf(type, _context.Types) != null;

    public override Interval Visit(IOperation? operation, object? argument)
    {
        if (operation == null)
            return Interval.Everything;
        return Constants.Read(operation) ?? base.Visit(operation, argument);
    }

    public override Interval DefaultVisit(IOperation operation, object? argument)
    {
        foreach (IOperation child in operation.ChildOperations)
            Visit(child, null);
        return Unknown(operation.Type);
    }

    public override Interval VisitLocalReference(ILocalReferenceOperation operation, object? argument) => Read(operation);

    public override Interval VisitParameterReference(IParameterReferenceOperation operation, object? argument) => Read(operation);

    public override Interval VisitFlowCaptureReference(IFlowCaptureReferenceOperation operation, object? argument) => Read(operation);

    public override Interval VisitFlowCapture(IFlowCaptureOperation operation, object? argument)
    {
        Interval value = Evaluate(operation.Value);
        State = State.Set(_places.Of(operation.Id), value);
        return value;
    }

    /// <summary>The body of a lambda runs elsewhere: it has a graph of its own.</summary>
    public override Interval VisitFlowAnonymousFunction(IFlowAnonymousFunctionOperation operation, object? argument) => Unknown(operation.Type);

    public override Interval VisitFieldReference(IFieldReferenceOperation operation, object? argument)
    {
        if (operation.Instance != null)
            Visit(operation.Instance, null);
        return _context.Members.ValueOf(operation.Field) ?? Unknown(operation.Type);
    }

    public override Interval VisitPropertyReference(IPropertyReferenceOperation operation, object? argument)
    {
        Interval instance = Visit(operation.Instance, null);
        foreach (IArgumentOperation index in operation.Arguments)
            Visit(index, null);
        if (operation.Property.Name is "Length" or "LongLength" && IsMeasured(operation.Instance?.Type))
            return instance;
        return _context.Members.ValueOf(operation.Property) ?? Unknown(operation.Type);
    }

    public override Interval VisitSizeOf(ISizeOfOperation operation, object? argument) => TypeSizes.Of(operation.TypeOperand, _context.Types);

    public override Interval VisitArrayCreation(IArrayCreationOperation operation, object? argument)
    {
        Interval length = Interval.Everything;
        foreach (IOperation size in operation.DimensionSizes)
            length = Evaluate(size);
        Visit(operation.Initializer, null);
        Interval possible = Unknown(operation.Type);
        return length.Meet(possible) ?? possible;
    }

    private Interval Read(IOperation reference)
    {
        return _places.Of(reference) is { } place && State.TryGet(place, out Interval value) ? value : Unknown(reference.Type);
    }

    private Interval Unknown(ITypeSymbol? type) => Measured.RangeOf(type, _context.Types) ?? Interval.Everything;
}
