using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Flow.Ownership;

internal sealed partial class OwnershipEvaluator
{
    /// <summary>The value is looked at; `is var p`, `is { } p` and `is not 0 and var p` give it one more name.</summary>
    public override Value VisitIsPattern(IIsPatternOperation operation, object? argument)
    {
        Value value = Evaluate(operation.Value);
        if (World == null)
            return Value.Unknown;
        if (!value.Targets.IsEmpty && Numbers.Constants.WithoutConversions(operation.Value) is IInvocationOperation call && Names(operation.Pattern))
            World = World.Set(_places.OfCall(call.Syntax), value); // what the pattern tells of the answer it tells of its name
        Bind(operation.Pattern, value);
        return World == null ? Value.Unknown : Decide(operation) is { } outcome ? Value.Of(outcome) : Telling(operation);
    }

    public override Value VisitDeclarationPattern(IDeclarationPatternOperation operation, object? argument) => Name(operation, operation.DeclaredSymbol, Value.Unknown);

    public override Value VisitRecursivePattern(IRecursivePatternOperation operation, object? argument)
    {
        Look(operation);
        return Name(operation, operation.DeclaredSymbol, Value.Unknown);
    }

    public override Value VisitConstantPattern(IConstantPatternOperation operation, object? argument) => Value.Unknown;

    public override Value VisitNegatedPattern(INegatedPatternOperation operation, object? argument) => Evaluate(operation.Pattern);

    public override Value VisitBinaryPattern(IBinaryPatternOperation operation, object? argument) => Look(operation);

    private void Bind(IPatternOperation pattern, Value value)
    {
        switch (pattern)
        {
            case IDeclarationPatternOperation declaration:
                Name(declaration, declaration.DeclaredSymbol, value);
                break;
            case IRecursivePatternOperation recursive:
                Look(recursive);
                Name(recursive, recursive.DeclaredSymbol, value);
                break;
            case INegatedPatternOperation negated:
                Bind(negated.Pattern, value);
                break;
            case IBinaryPatternOperation binary:
                Bind(binary.LeftPattern, value);
                Bind(binary.RightPattern, value);
                break;
            default:
                Evaluate(pattern);
                break;
        }
    }

    private static bool Names(IPatternOperation pattern) => pattern switch
    {
        IDeclarationPatternOperation declaration => declaration.DeclaredSymbol != null,
        IRecursivePatternOperation recursive => recursive.DeclaredSymbol != null,
        INegatedPatternOperation negated => Names(negated.Pattern),
        IBinaryPatternOperation binary => Names(binary.LeftPattern) || Names(binary.RightPattern),
        _ => false,
    };

    private Value Name(IPatternOperation pattern, ISymbol? declared, Value value)
    {
        if (declared == null || World == null)
            return Value.Unknown;
        bool isKept = HoldsAddress(pattern.NarrowedType) || IsSpan(pattern.NarrowedType) || pattern.NarrowedType.IsReferenceType;
        if (isKept && !_places.MayFollow(declared))
            Escape(value);
        Assign(_places.Of(declared), isKept && _places.MayFollow(declared) ? value : Value.Unknown, pattern.Syntax);
        return Value.Unknown;
    }
}
