using System;
using Faultline.Analyzers.Flow.Numbers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Flow.Ownership;

internal sealed partial class OwnershipEvaluator
{
    /// <summary>Pointers are not in Roslyn's public operations: `*p`, `p[i]`, the target of `p->`, stackalloc and fixed come without a name.</summary>
    private Value VisitUnnamed(IOperation operation)
    {
        if (operation.Syntax.Kind() is SyntaxKind.StackAllocArrayCreationExpression or SyntaxKind.ImplicitStackAllocArrayCreationExpression)
        {
            Look(operation);
            return Foreign(operation.Syntax, SiteKind.Stack);
        }

        IOperation? first = First(operation);
        if (first?.Type is IPointerTypeSymbol pointer && !Same(pointer, operation.Type))
        {
            Follow(operation);
            return Value.Unknown;
        }

        if (operation.Type is IPointerTypeSymbol && first != null)
        {
            Value value = Evaluate(first); // the initializer of a fixed statement
            return IsManaged(first.Type) ? Foreign(operation.Syntax, SiteKind.Managed) : value;
        }

        return DefaultVisit(operation, null);
    }

    /// <summary>Evaluates something that memory is read from or written to, not its value: the target of `p->x`, `p[i]`, `span[i]`.</summary>
    private void Follow(IOperation target)
    {
        if (target.Kind == OperationKind.None && First(target)?.Type is IPointerTypeSymbol)
        {
            bool isFirst = true;
            foreach (IOperation child in target.ChildOperations)
            {
                Value value = Evaluate(child);
                if (isFirst)
                    Use(value, child.Syntax);
                isFirst = false;
            }
        }
        else
            Use(Evaluate(target), target.Syntax);
    }

    public override Value VisitAddressOf(IAddressOfOperation operation, object? argument) => AddressOf(operation.Reference);

    /// <summary>Where a variable lies: in a block, on the stack, in a managed object.</summary>
    private Value AddressOf(IOperation reference)
    {
        switch (reference)
        {
            case ILocalReferenceOperation { Local: { IsRef: true } local }:
                return World![_places.Of(local)];
            case ILocalReferenceOperation:
            case IParameterReferenceOperation { Parameter.RefKind: RefKind.None }:
                return Foreign(reference.Syntax, SiteKind.Variable);
            case IFieldReferenceOperation { Instance: { } instance and not IInstanceReferenceOperation } member:
                Value holder = AddressOf(instance);
                return Distance.IsFirst(member.Field) is not { } isFirst ? holder.Anywhere() : isFirst ? holder : Moved(holder, (1, Target.Unbounded), 1);
            case IFieldReferenceOperation:
                return AddressOfField(reference);
            case IArrayElementReferenceOperation:
                Look(reference);
                return Foreign(reference.Syntax, SiteKind.Managed);
            case { Kind: OperationKind.None } when First(reference) is { Type: IPointerTypeSymbol } pointer:
                Value start = Evaluate(pointer);
                foreach (IOperation index in reference.ChildOperations)
                    if (index != pointer)
                    {
                        Evaluate(index);
                        start = Moved(start, pointer.Type, index, 1);
                    }

                return start;
            case IPropertyReferenceOperation { Instance: { } span } element when IsSpan(span.Type):
                Value elements = Evaluate(span);
                foreach (IArgumentOperation index in element.Arguments)
                {
                    Evaluate(index);
                    elements = Moved(elements, Distance.Of(index.Value, ElementOf(element.Property.ContainingType)), 1);
                }

                return elements;
            case IConversionOperation conversion:
                return AddressOf(conversion.Operand);
            case IInvocationOperation { TargetMethod: { ReturnsByRef: true } or { ReturnsByRefReadonly: true } } call:
                _bound = call;
                return Evaluate(call);
            case IInstanceReferenceOperation:
                return Value.NonZero;
            default:
                return Evaluate(reference);
        }
    }

    /// <summary>`*p`, `p[i]`, the target of `p->`, a local reference.</summary>
    private static bool LiesInMemory(IOperation operation)
        => operation.Kind == OperationKind.None ? First(operation)?.Type is IPointerTypeSymbol : operation is ILocalReferenceOperation { Local.IsRef: true };

    /// <summary>Who has it may write the field, now or later: what the field holds is not known any more. It is not the address of what the field points to.</summary>
    private Value AddressOfField(IOperation field)
    {
        if (_places.OfTarget(field) is { } place)
            World = _conditions.Forget(World!, place).Set(place, Value.Unknown);
        return Value.NonZero;
    }

    /// <summary>A cast keeps the address wherever the type can hold one; what a conversion of the user's makes of it is not followed.</summary>
    public override Value VisitConversion(IConversionOperation operation, object? argument)
    {
        Value operand = Evaluate(operation.Operand);
        if (operation.OperatorMethod is { } method && !HoldsAddress(method.ContainingType) && !IsSpan(method.ContainingType))
        {
            Escape(operand);
            return Value.Unknown;
        }

        if (IsSpan(operation.Type) && IsManaged(operation.Operand.Type))
            return Foreign(operation.Syntax, SiteKind.Managed);
        if (HoldsAddress(operation.Type) || IsSpan(operation.Type) || operation.Type?.IsReferenceType == true || operation.Conversion.IsNullable)
            return operand;
        return operand.Targets.IsEmpty ? operand : Value.Unknown;
    }

    public override Value VisitBinaryOperator(IBinaryOperation operation, object? argument)
    {
        if (operation.OperatorKind is BinaryOperatorKind.Equals or BinaryOperatorKind.NotEquals)
            return Truth(operation);
        Value left = Evaluate(operation.LeftOperand);
        Value right = Evaluate(operation.RightOperand);
        switch (operation.OperatorKind)
        {
            case BinaryOperatorKind.Add when right.Targets.IsEmpty:
                return Moved(left, operation.LeftOperand.Type, operation.RightOperand, 1);
            case BinaryOperatorKind.Add when left.Targets.IsEmpty:
                return Moved(right, operation.RightOperand.Type, operation.LeftOperand, 1);
            case BinaryOperatorKind.Subtract when right.Targets.IsEmpty && operation.RightOperand.Type is not IPointerTypeSymbol:
                return Moved(left, operation.LeftOperand.Type, operation.RightOperand, -1);
            case BinaryOperatorKind.And or BinaryOperatorKind.Or when operation.Type?.SpecialType != SpecialType.System_Boolean:
                return left.Join(right).Anywhere(); // aligned, or tagged in its low bits
            default:
                return Value.Unknown;
        }
    }

    public override Value VisitUnaryOperator(IUnaryOperation operation, object? argument)
        => operation.OperatorKind == UnaryOperatorKind.Not ? Truth(operation) : Look(operation);

    public override Value VisitSizeOf(ISizeOfOperation operation, object? argument) => Value.NonZero;

    /// <summary>A pointer and a distance in elements of its type, or an integer and a distance in bytes.</summary>
    private static Value Moved(Value value, ITypeSymbol? type, IOperation distance, int sign)
        => value.Targets.IsEmpty ? Value.Unknown : Moved(value, Distance.Of(distance, (type as IPointerTypeSymbol)?.PointedAtType), sign);

    private static Value Moved(Value value, (long Low, long High) bytes, int sign) => sign > 0 ? value.Shift(bytes.Low, bytes.High) : value.Shift(-bytes.High, -bytes.Low);

    private Site VariableAt(SyntaxNode mention) => _scope.Sites.Get(mention, SiteKind.Variable);

    private Value Foreign(SyntaxNode syntax, SiteKind kind)
    {
        Site site = _scope.Sites.Get(syntax, kind);
        World = World!.Set(site.Number, new SiteState(SiteStatus.None));
        return Value.PointingTo(new Target(site.Number));
    }

    private static bool IsManaged(ITypeSymbol? type) => type is IArrayTypeSymbol or { SpecialType: SpecialType.System_String };

    private static bool Same(ITypeSymbol a, ITypeSymbol? b) => SymbolEqualityComparer.Default.Equals(a, b);

    private static IOperation? First(IOperation operation)
    {
        foreach (IOperation child in operation.ChildOperations)
            return child;
        return null;
    }

    private static bool HoldsAddress(ITypeSymbol? type) => type is IPointerTypeSymbol || IntegerType.Of(type) is { Bits: >= IntegerType.NativeBits };

    private bool IsSpan(ITypeSymbol? type) => type is INamedTypeSymbol named && Measured.IsSpan(named, Context.Types);
}
