using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Flow.Pointers;

internal sealed partial class PointerEvaluator
{
    public override Origins? VisitSimpleAssignment(ISimpleAssignmentOperation operation, object? argument)
    {
        if (_places.OfTarget(operation.Target) == null)
            Visit(operation.Target, null);
        Origins? origins = Evaluate(operation.Value);
        Write(operation.Target, origins);
        return origins;
    }

    /// <summary>p += 8: no longer the start of its block.</summary>
    public override Origins? VisitCompoundAssignment(ICompoundAssignmentOperation operation, object? argument)
    {
        DefaultVisit(operation, argument);
        Write(operation.Target, null);
        return null;
    }

    public override Origins? VisitIncrementOrDecrement(IIncrementOrDecrementOperation operation, object? argument)
    {
        DefaultVisit(operation, argument);
        Write(operation.Target, null);
        return null;
    }

    public override Origins? VisitDeconstructionAssignment(IDeconstructionAssignmentOperation operation, object? argument)
    {
        Visit(operation.Value, null);
        Forget(operation.Target);
        return null;
    }

    public override Origins? VisitDeclarationPattern(IDeclarationPatternOperation operation, object? argument)
    {
        if (operation.DeclaredSymbol is { } declared)
            State = State.Forget(_places.Of(declared));
        return null;
    }

    public override Origins? VisitArgument(IArgumentOperation operation, object? argument)
    {
        Origins? origins = Evaluate(operation.Value);
        if (operation.Parameter is { RefKind: RefKind.Ref or RefKind.Out })
            Forget(operation.Value);
        return origins;
    }

    private void Forget(IOperation target)
    {
        if (target is IDeclarationExpressionOperation { Expression: ITupleOperation declared })
            target = declared;
        if (target is ITupleOperation tuple)
        {
            foreach (IOperation element in tuple.Elements)
                Forget(element);
        }
        else
            Write(target, null);
    }

    private void Write(IOperation target, Origins? origins)
    {
        if (_places.OfTarget(target) is { } place)
            Set(place, origins);
    }

    private void Set(Place place, Origins? origins) => State = origins == null ? State.Forget(place) : State.Set(place, origins);
}
