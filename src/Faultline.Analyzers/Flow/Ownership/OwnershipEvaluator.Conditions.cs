using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Faultline.Analyzers.Flow.Numbers;
using Faultline.Api;

namespace Faultline.Analyzers.Flow.Ownership;

internal sealed partial class OwnershipEvaluator
{
    private static readonly Value s_failed = Value.Of(-1);

    /// <summary>Evaluates a condition's operands and answers its outcome if this world decides it.</summary>
    private Value Truth(IOperation condition)
    {
        Look(condition);
        return World == null ? Value.Unknown : Decide(condition) is { } outcome ? Value.Of(outcome) : Telling(condition);
    }

    /// <summary>bool found = block != null: a flag that tells whether the allocator has answered a block.</summary>
    private Value Telling(IOperation condition)
    {
        if (condition is IUnaryOperation { OperatorKind: UnaryOperatorKind.Not } not)
            return Telling(not.Operand) is { Decides: >= 0 } inner ? Value.Deciding(inner.Decides, !inner.GrantsByZero) : Value.Unknown;
        (IOperation? pointer, bool grantsByZero) = condition switch
        {
            IIsNullOperation isNull => (isNull.Operand, true),
            IIsPatternOperation match when Matched(match.Pattern) is { Value.IsZero: true } pattern => (match.Value, pattern.Matches),
            _ when Comparison(condition) is { } comparison && Peek(comparison.Right).IsZero => (comparison.Left, comparison.IsEqual),
            _ => (null, false),
        };
        if (pointer == null || Peek(pointer) is not { Targets.Length: 1, CanBeOther: false, CanBeZero: false } value)
            return Value.Unknown;
        return World!.TryGet(value.Targets[0].Site, out SiteState state) && state.Has(SiteStatus.MaybeNull) ? Value.Deciding(value.Targets[0].Site, grantsByZero) : Value.Unknown;
    }

    /// <summary>What a condition compares, however that is spelled: ==, !=, p.Equals(q).</summary>
    private static (IOperation Left, IOperation Right, bool IsEqual)? Comparison(IOperation condition) => condition switch
    {
        IBinaryOperation { OperatorKind: BinaryOperatorKind.Equals } equal => (equal.LeftOperand, equal.RightOperand, true),
        IBinaryOperation { OperatorKind: BinaryOperatorKind.NotEquals } differs => (differs.LeftOperand, differs.RightOperand, false),
        IInvocationOperation { TargetMethod: { Name: "Equals", ContainingType.SpecialType: SpecialType.System_IntPtr or SpecialType.System_UIntPtr }, Instance: { } instance, Arguments.Length: 1 } call
            => (instance, call.Arguments[0].Value, true),
        _ => null,
    };

    /// <summary>The world in which the condition has that outcome; null if this world rules it out. Nothing is evaluated again.</summary>
    public World? Assume(IOperation condition, bool holds)
    {
        if (World == null || Decide(condition) is { } outcome && outcome != holds)
            return null;
        switch (condition)
        {
            case IUnaryOperation { OperatorKind: UnaryOperatorKind.Not } not:
                return Assume(not.Operand, !holds);
            case IConversionOperation { OperatorMethod: null } conversion:
                return Assume(conversion.Operand, holds);
            case IBinaryOperation or IInvocationOperation when Comparison(condition) is { } comparison:
                World = AssumeEqual(comparison.Left, comparison.Right, holds == comparison.IsEqual);
                break;
            case IIsNullOperation isNull:
                World = Refine(isNull.Operand, Value.Zero, holds);
                break;
            case IPropertyReferenceOperation property when IsOfNullable(property, "HasValue"):
                World = holds && Peek(property.Instance!).IsZero ? World : Refine(property.Instance!, Value.Zero, !holds); // it may hold a zero
                break;
            case IIsPatternOperation match when match.Pattern is IBinaryPatternOperation || Matched(match.Pattern) != null:
                World = AssumePattern(match.Value, match.Pattern, holds);
                break;
            case IIsTypeOperation or IIsPatternOperation when holds:
                World = Refine(condition is IIsTypeOperation type ? type.ValueOperand : ((IIsPatternOperation)condition).Value, Value.Zero, isEqual: false);
                break;
            default:
                World = Refine(condition, Value.Zero, !holds);
                break;
        }

        return World == null ? null : _conditions.Learn(World, condition, holds);
    }

    /// <summary>`is 0 or -1`, `is not null and not -1`: one pattern after the other, or the worlds of both joined.</summary>
    private World? AssumePattern(IOperation value, IPatternOperation pattern, bool holds)
    {
        if (pattern is INegatedPatternOperation negated)
            return AssumePattern(value, negated.Pattern, !holds);
        if (pattern is not IBinaryPatternOperation binary)
            return Matched(pattern) is { } simple ? Refine(value, simple.Value, holds == simple.Matches) : World;
        World? before = World;
        World? left = AssumePattern(value, binary.LeftPattern, holds);
        bool isBoth = holds == (binary.OperatorKind == BinaryOperatorKind.And);
        World = isBoth ? left : before;
        World? right = World == null ? null : AssumePattern(value, binary.RightPattern, holds);
        return isBoth || left == null ? right : right == null ? left : left.Join(right);
    }

    private World? AssumeEqual(IOperation left, IOperation right, bool isEqual)
    {
        Value first = Peek(left);
        Value second = Peek(right);
        if (second.Targets.IsEmpty && second.Constant == null && IsFailure(first, s_failed))
            return Refine(left, s_failed, isEqual); // MAP_FAILED has many spellings
        if (second.Constant != null)
            return Refine(left, second, isEqual);
        return first.Constant != null ? Refine(right, first, isEqual) : World;
    }

    /// <summary>The place is, or is not, a constant.</summary>
    private World? Refine(IOperation operand, Value constant, bool isEqual)
    {
        if (Named(operand) is not { } place)
            return World;
        Value value = World![place];
        if (Underlying(operand) is { } variable && World[variable].Equals(value))
        {
            World? refined = Refine(variable, value, constant, isEqual);
            if (refined == null)
                return null;
            World = refined;
        }

        return Refine(place, value, constant, isEqual);
    }

    private World? Refine(Place place, Value value, Value constant, bool isEqual)
    {
        if (value.Decides >= 0 && constant.Constant == 1) // switch (block != null) { case true: … }
            return isEqual ? RefineFromZero(place, value) : RefineToZero(place, value);
        if (!constant.IsZero && !IsFailure(value, constant))
            return isEqual && value.Targets.IsEmpty ? World!.Set(place, constant) : World;
        return isEqual ? RefineToZero(place, value) : RefineFromZero(place, value);
    }

    /// <summary>mmap answers -1 where others answer null.</summary>
    private bool IsFailure(Value value, Value constant)
        => constant.Constant == -1 && value.Targets.Length == 1 && _scope.Sites[value.Targets[0].Site].Source?.Api?.Family == AllocationFamily.Mapping;

    private World? RefineToZero(Place place, Value value)
    {
        World? world = World;
        if (value.Decides >= 0 && world!.TryGet(value.Decides, out SiteState told))
            world = Told(world, value.Decides, told, value.GrantsByZero);
        bool isFeasible = value.CanBeZero;
        foreach (Target target in value.Targets)
        {
            if (!world!.TryGet(target.Site, out SiteState state) || !state.Has(SiteStatus.MaybeNull))
                continue;
            isFeasible = true;
            if (value.Targets.Length == 1 && !value.CanBeZero)
                world = ThereIsNo(world, target.Site, state);
        }

        return isFeasible ? world!.Set(place, Value.Zero) : null;
    }

    private World? RefineFromZero(Place place, Value value)
    {
        value = value.WithoutZero();
        if (value.Targets.IsEmpty && !value.CanBeOther)
            return null;
        World world = World!.Set(place, value);
        if (value.Decides >= 0 && world.TryGet(value.Decides, out SiteState told))
            return Told(world, value.Decides, told, !value.GrantsByZero);
        foreach (Target target in value.Targets)
            if (value.Targets.Length == 1 && world.TryGet(target.Site, out SiteState state) && state.Has(SiteStatus.MaybeNull))
                world = world.Set(target.Site, state.With(SiteStatus.None, SiteStatus.MaybeNull));
        return world;
    }

    private static World Told(World world, int site, SiteState state, bool isThere)
        => isThere ? world.Set(site, state.With(SiteStatus.None, SiteStatus.MaybeNull)) : ThereIsNo(world, site, state);

    /// <summary>malloc has answered null. If it was realloc, the old block is still there.</summary>
    private static World ThereIsNo(World world, int site, SiteState state)
    {
        if (state.Resizes >= 0 && world.TryGet(state.Resizes, out SiteState old) && old.Has(SiteStatus.Resized))
            world = world.Set(state.Resizes, new SiteState(old.Has(SiteStatus.WasLive) ? SiteStatus.Live : SiteStatus.None));
        return world.WithoutBlock(site);
    }

    private bool? Decide(IOperation condition)
    {
        switch (condition)
        {
            case { ConstantValue: { HasValue: true, Value: bool constant } }:
                return constant;
            case IUnaryOperation { OperatorKind: UnaryOperatorKind.Not } not:
                return !Decide(not.Operand);
            case IBinaryOperation or IInvocationOperation when Comparison(condition) is { } comparison:
                return AreEqual(Peek(comparison.Left), Peek(comparison.Right)) is { } same ? same == comparison.IsEqual : _conditions.Recall(World!, condition);
            case IIsNullOperation isNull:
                return AreEqual(Peek(isNull.Operand), Value.Zero);
            case IPropertyReferenceOperation property when IsOfNullable(property, "HasValue"):
                return MayBeZero(Peek(property.Instance!)) ? _conditions.Recall(World!, condition) : true;
            case IIsPatternOperation { Pattern: IDiscardPatternOperation or IDeclarationPatternOperation { MatchesNull: true } }:
                return true;
            case IIsPatternOperation match when Matched(match.Pattern) is { } pattern:
                return AreEqual(Peek(match.Value), pattern.Value) is { } equals ? equals == pattern.Matches : _conditions.Recall(World!, condition);
            case IIsPatternOperation match:
                return Peek(match.Value).IsZero ? null : _conditions.Recall(World!, condition);
            default:
                return AreEqual(Peek(condition), Value.Zero) is { } isZero ? !isZero : _conditions.Recall(World!, condition);
        }
    }

    private bool? AreEqual(Value a, Value b)
    {
        if (a.Constant is { } first && b.Constant is { } second)
            return first == second;
        if (IsNoBlock(a, b) || IsNoBlock(b, a))
            return false;
        if (a.IsZero || b.IsZero)
            return MayBeZero(a) && MayBeZero(b) ? null : false;
        if (a.CanBeOther || b.CanBeOther || a.CanBeZero || b.CanBeZero || a.Targets.Length != 1 || b.Targets.Length != 1)
            return null;
        return AreSame(a.Targets[0], b.Targets[0]);
    }

    /// <summary>No block starts at an odd address: 0xFFFFFFFF is how some look for a failure of 32-bit processes.</summary>
    private bool IsNoBlock(Value block, Value constant)
        => constant.Constant is { } address && (address & 1) != 0 && !IsFailure(block, constant)
            && block is { CanBeZero: false, CanBeOther: false, Targets.Length: 1 } && block.Targets[0] is { Low: 0, High: 0 } target && _scope.Sites[target.Site].Kind == SiteKind.Block;

    private bool? AreSame(Target a, Target b)
    {
        if (a.Site == b.Site)
            return a.Low == a.High && b.Low == b.High ? a.Low == b.Low : null;
        return IsDistinct(a.Site) || IsDistinct(b.Site) ? false : null;
    }

    /// <summary>Nothing that is named in another way can be the same memory.</summary>
    private bool IsDistinct(int site) => _scope.Sites[site].Kind is SiteKind.Block or SiteKind.Stack;

    private bool MayBeZero(Value value)
    {
        if (value.CanBeZero)
            return true;
        foreach (Target target in value.Targets)
            if (World!.TryGet(target.Site, out SiteState state) && state.Has(SiteStatus.MaybeNull))
                return true;
        return false;
    }

    /// <summary>The value of an operand that has been evaluated already.</summary>
    private Value Peek(IOperation operand)
    {
        if (ConstantOf(operand) is { } constant)
            return constant;
        return operand switch
        {
            IConversionOperation conversion => Peek(conversion.Operand),
            IInvocationOperation { Instance: { } pointer } call when IsAddressMethod(call.TargetMethod) => Peek(pointer),
            IDefaultValueOperation => Value.Zero,
            IAddressOfOperation { Reference: ILocalReferenceOperation or IParameterReferenceOperation } address => Value.PointingTo(new Target(VariableAt(address.Reference.Syntax).Number)),
            IObjectCreationOperation { Arguments.Length: 1, Type.SpecialType: SpecialType.System_IntPtr or SpecialType.System_UIntPtr } native => Peek(native.Arguments[0].Value),
            IFieldReferenceOperation { Field: { IsReadOnly: true } field } when Context.Members.ValueOf(field) is { IsExact: true } known => Value.Of((long)known.Low),
            IBinaryOperation { OperatorKind: BinaryOperatorKind.Equals or BinaryOperatorKind.NotEquals } => Decide(operand) is { } outcome ? Value.Of(outcome) : Value.Unknown,
            _ => Named(operand) is { } place ? World![place] : Value.Unknown,
        };
    }

    /// <summary>The variable of which a flow capture is a copy: what is learnt of the copy holds for it too.</summary>
    private Place? Underlying(IOperation operand) => operand switch
    {
        IConversionOperation conversion => Underlying(conversion.Operand),
        IInvocationOperation { Instance: { } pointer } call when IsAddressMethod(call.TargetMethod) => Underlying(pointer),
        IFlowCaptureReferenceOperation capture when _places.Captured(capture.Id) is { } captured and not IFlowCaptureReferenceOperation => _places.Of(captured),
        _ => null,
    };

    private Place? Named(IOperation operand) => operand switch
    {
        IConversionOperation conversion => Named(conversion.Operand),
        IInvocationOperation { Instance: { } pointer } call when IsAddressMethod(call.TargetMethod) => Named(pointer),
        ISimpleAssignmentOperation assignment => _places.OfTarget(assignment.Target),
        IParenthesizedOperation parenthesized => Named(parenthesized.Operand),
        IInvocationOperation call when World!.Knows(_places.OfCall(call.Syntax)) => _places.OfCall(call.Syntax),
        IInvocationOperation { Instance: { } instance } call when IsAddressMethod(call.TargetMethod) || IsOfNullable(call.TargetMethod, "GetValueOrDefault") => Named(instance),
        IPropertyReferenceOperation { Instance: { } instance } property when IsOfNullable(property, "Value") => Named(instance),
        _ => _places.Of(operand),
    };

    private static bool IsOfNullable(IPropertyReferenceOperation property, string name) => property.Instance != null && IsOfNullable(property.Property, name);

    private static bool IsOfNullable(ISymbol member, string name) => member.Name == name && member.ContainingType?.OriginalDefinition.SpecialType == SpecialType.System_Nullable_T;

    /// <summary>`is null`, `is 0`, `is not null`, `is { }`.</summary>
    private static (Value Value, bool Matches)? Matched(IPatternOperation pattern) => pattern switch
    {
        IConstantPatternOperation constant => ConstantOf(constant.Value) is { Constant: not null } value ? (value, true) : null,
        INegatedPatternOperation negated => Matched(negated.Pattern) is { } inner ? (inner.Value, !inner.Matches) : null,
        IRecursivePatternOperation { DeconstructionSubpatterns.IsEmpty: true, PropertySubpatterns.IsEmpty: true } => (Value.Zero, false),
        _ => null,
    };
}
