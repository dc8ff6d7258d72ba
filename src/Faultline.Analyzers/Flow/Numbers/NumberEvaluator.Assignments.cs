using System.Numerics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Flow.Numbers;

internal sealed partial class NumberEvaluator
{
    public override Interval VisitSimpleAssignment(ISimpleAssignmentOperation operation, object? argument)
    {
        VisitTarget(operation.Target);
        Interval value = Evaluate(operation.Value);
        Write(operation.Target, value);
        if (operation.Target is ILocalReferenceOperation { Local: { } local } && _places.IsWrittenOnce(local))
            OnDeclared?.Invoke(local, value);
        return value;
    }

    public override Interval VisitCompoundAssignment(ICompoundAssignmentOperation operation, object? argument)
    {
        VisitTarget(operation.Target);
        Interval before = ReadTarget(operation.Target);
        Interval operand = Evaluate(operation.Value);
        Interval after = Unknown(operation.Type);
        if (operation.OperatorMethod == null && IntegerType.Of(operation.Type) is { } type && IntegerType.Of(operation.Value.Type) != null)
            after = type.Fit(Apply(operation.OperatorKind, before, operand, type), operation.IsChecked);
        Write(operation.Target, after);
        return after;
    }

    public override Interval VisitIncrementOrDecrement(IIncrementOrDecrementOperation operation, object? argument)
    {
        VisitTarget(operation.Target);
        Interval before = ReadTarget(operation.Target);
        Interval after = Unknown(operation.Type);
        if (operation.OperatorMethod == null && IntegerType.Of(operation.Type) is { } type)
        {
            Interval step = new(operation.Kind == OperationKind.Increment ? BigInteger.One : BigInteger.MinusOne);
            after = type.Fit(IntervalArithmetic.Add(before, step), operation.IsChecked);
        }

        Write(operation.Target, after);
        return operation.IsPostfix ? before : after;
    }

    public override Interval VisitDeconstructionAssignment(IDeconstructionAssignmentOperation operation, object? argument)
    {
        Visit(operation.Value, null);
        ForgetTargets(operation.Target);
        return Interval.Everything;
    }

    public override Interval VisitDeclarationPattern(IDeclarationPatternOperation operation, object? argument)
    {
        if (operation.DeclaredSymbol is ILocalSymbol local)
            State = State.Forget(_places.Of(local));
        return Interval.Everything;
    }

    /// <summary>An argument by reference may be given any value of its type.</summary>
    public override Interval VisitArgument(IArgumentOperation operation, object? argument)
    {
        Interval value = Evaluate(operation.Value);
        if (operation.Parameter is { RefKind: RefKind.Ref or RefKind.Out })
            ForgetTargets(operation.Value);
        return value;
    }

    private void ForgetTargets(IOperation target)
    {
        if (target is IDeclarationExpressionOperation { Expression: ITupleOperation declared })
            target = declared;
        if (target is ITupleOperation tuple)
        {
            foreach (IOperation element in tuple.Elements)
                ForgetTargets(element);
        }
        else if (_places.OfTarget(target) is { } place)
            State = State.Forget(place);
    }

    /// <summary>A target that is a place is not read; in other targets, such as an element, expressions are evaluated.</summary>
    private void VisitTarget(IOperation target)
    {
        if (_places.OfTarget(target) == null)
            Visit(target, null);
    }

    private Interval ReadTarget(IOperation target)
        => _places.OfTarget(target) is { } place && State.TryGet(place, out Interval value) ? value : Unknown(target.Type);

    private void Write(IOperation target, Interval value)
    {
        if (_places.OfTarget(target) is not { } place)
            return;
        State = Measured.RangeOf(target.Type, _context.Types) is { } range && range.Contains(value) && !range.Equals(value)
            ? State.Set(place, value)
            : State.Forget(place);
    }
}
