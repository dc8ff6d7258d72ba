using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Flow.Ownership;

internal sealed partial class OwnershipEvaluator
{
    public override Value VisitSimpleAssignment(ISimpleAssignmentOperation operation, object? argument)
    {
        if (operation.IsRef)
            return BindReference(operation);
        VisitTarget(operation.Target);
        Value value = Evaluate(operation.Value);
        if (value.SaysNothing)
            value = Shared(operation.Value);
        Write(operation.Target, value, operation.Syntax);
        if (Numbers.Constants.WithoutConversions(operation.Value) is ITupleOperation tuple && MemberPlaces.VariableOf(operation.Target) is { } variable)
            WriteElements(variable, tuple);
        return value;
    }

    /// <summary>var pair = (p, q): the blocks have escaped into it, and are known by one more name.</summary>
    private void WriteElements(ISymbol variable, ITupleOperation tuple)
    {
        if (tuple.Type is not INamedTypeSymbol { TupleElements: var fields } || fields.Length != tuple.Elements.Length)
            return;
        for (int i = 0; i < fields.Length && World != null; i++)
            if (_places.OfMember(variable, fields[i]) is { } place && Numbers.Constants.WithoutConversions(tuple.Elements[i]) is ILocalReferenceOperation or IParameterReferenceOperation)
                World = World.Set(place, Peek(tuple.Elements[i]));
    }

    /// <summary>Two variables that hold the same unknown pointer: what is learnt of one, that it is null or freed, holds for the other.</summary>
    private Value Shared(IOperation source)
    {
        IOperation variable = Numbers.Constants.WithoutConversions(source);
        if (World == null || !Pointers.IsPointerLike(variable.Type) || variable is not (ILocalReferenceOperation or IParameterReferenceOperation) || _places.Of(variable) is not { } place)
            return Value.Unknown;
        Site unknown = _scope.Sites.Get(variable.Syntax, SiteKind.Released);
        Value shared = Value.PointingTo(new Target(unknown.Number));
        World = World.Set(unknown.Number, new SiteState(SiteStatus.MaybeNull)).Set(place, shared);
        return shared;
    }

    public override Value VisitCompoundAssignment(ICompoundAssignmentOperation operation, object? argument)
    {
        VisitTarget(operation.Target);
        Value before = ReadTarget(operation.Target);
        Value operand = Evaluate(operation.Value);
        Value after = operation.OperatorKind switch
        {
            BinaryOperatorKind.Add when operand.Targets.IsEmpty => Moved(before, operation.Target.Type, operation.Value, 1),
            BinaryOperatorKind.Subtract when operand.Targets.IsEmpty => Moved(before, operation.Target.Type, operation.Value, -1),
            BinaryOperatorKind.And or BinaryOperatorKind.Or => before.Join(operand).Anywhere(),
            _ => Value.Unknown,
        };
        Write(operation.Target, after, operation.Syntax);
        return after;
    }

    public override Value VisitIncrementOrDecrement(IIncrementOrDecrementOperation operation, object? argument)
    {
        VisitTarget(operation.Target);
        Value before = ReadTarget(operation.Target);
        long step = operation.Kind == OperationKind.Increment ? 1 : -1;
        long bytes = operation.Target.Type is IPointerTypeSymbol ? step * Distance.ElementSize(((IPointerTypeSymbol)operation.Target.Type).PointedAtType) : step;
        Value after = before.Shift(bytes, bytes);
        Write(operation.Target, after, operation.Syntax);
        return operation.IsPostfix ? before : after;
    }

    public override Value VisitDeconstructionAssignment(IDeconstructionAssignmentOperation operation, object? argument)
    {
        IOperation target = operation.Target is IDeclarationExpressionOperation { Expression: var declared } ? declared : operation.Target;
        if (target is ITupleOperation targets && Numbers.Constants.WithoutConversions(operation.Value) is ITupleOperation values && values.Elements.Length == targets.Elements.Length)
        {
            Value[] all = new Value[values.Elements.Length];
            for (int i = 0; i < all.Length; i++)
                all[i] = Evaluate(values.Elements[i]);
            for (int i = 0; i < all.Length; i++)
                Write(targets.Elements[i], all[i], operation.Syntax);
            return Value.Unknown;
        }

        Escape(Evaluate(operation.Value));
        Forget(target);
        return Value.Unknown;
    }

    private Value BindReference(ISimpleAssignmentOperation operation)
    {
        Value address = AddressOf(operation.Value);
        if (operation.Target is ILocalReferenceOperation { Local: { IsRef: true } local })
            Assign(_places.Of(local), address, operation.Syntax);
        else
            Escape(address);
        return address;
    }

    private Value ReadTarget(IOperation target) => _places.OfTarget(target) is { } place && World != null ? World[place] : Value.Unknown;

    /// <summary>A target that is a place is not read; one that lies in memory follows the pointer to it.</summary>
    private void VisitTarget(IOperation target)
    {
        if (_places.OfTarget(target) is { } place)
        {
            if (place.Holder != null && target is IFieldReferenceOperation { Instance: { } instance })
                Follow(instance);
            return;
        }

        if (target is IDiscardOperation or IDeclarationExpressionOperation)
            return;
        if (target is IFlowCaptureReferenceOperation capture && _places.Captured(capture.Id) is { } captured)
            target = captured;
        if (target.Kind == OperationKind.None)
            Follow(target);
        else
            Evaluate(target);
    }

    private void Write(IOperation target, Value value, SyntaxNode at)
    {
        if (World == null)
            return;
        if (target is IDiscardOperation)
            return; // a block that nothing refers to afterwards is lost: the end of the statement tells
        if (target is IDeclarationExpressionOperation { Expression: ITupleOperation } or ITupleOperation)
        {
            Escape(value);
            Forget(target);
        }
        else if (_places.OfTarget(target) is { } place)
            Assign(place, value, at, target);
        else
        {
            if (target is IParameterReferenceOperation { Parameter.RefKind: RefKind.Out })
                Use(value, at); // as good as returned
            Keep(value);
            if (target is ILocalReferenceOperation or IInvocationOperation) // a reference may be one to a field
                World = _conditions.ForgetChangeable(World.ForgetFields());
            foreach (Place member in _places.Members)
                ForgetMember(member);
        }
    }

    private void ForgetMember(Place member)
    {
        if (World != null)
            World = _conditions.Forget(World, member).Set(member, Value.Unknown);
    }

    private void ForgetMembersOf(ISymbol holder)
    {
        foreach (Place member in _places.MembersOf(holder))
            ForgetMember(member);
    }

    private void Assign(Place place, Value value, SyntaxNode at, IOperation? target = null)
    {
        Value before = World![place];
        World = _conditions.Forget(World, place);
        if (place.IsField)
            EscapeInto(place, value, at);
        else if (place.Holder != null)
        {
            Keep(value);
            foreach (Place other in _places.Members)
                if (other.Number != place.Number && SymbolEqualityComparer.Default.Equals(other.Symbol, place.Symbol))
                    ForgetMember(other); // it may be the same object
        }
        else if (place.Symbol is { } variable)
            ForgetMembersOf(variable);
        World = World.Set(place, value);
        LoseWhatOnlyPointedFrom(place, before, value, at);
    }

    /// <summary>An out argument gets another value, and nobody has seen the one before.</summary>
    private void Overwrite(IOperation target)
    {
        if (World != null && _places.OfTarget(target) is { } place)
            Assign(place, Value.Unknown, target.Syntax);
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
        else if (_places.OfTarget(target) is { } place && World != null)
        {
            Escape(World[place]); // whoever writes it has seen what was there
            Assign(place, Value.Unknown, target.Syntax);
        }
    }
}
