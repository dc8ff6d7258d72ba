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
        if (condition is IIsPatternOperation match)
            Evaluate(match.Value);
        else
            Look(condition);
        return World != null && Decide(condition) is { } outcome ? Value.Of(outcome) : Value.Unknown;
    }

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
            case IBinaryOperation { OperatorKind: BinaryOperatorKind.Equals } equal:
                World = AssumeEqual(equal.LeftOperand, equal.RightOperand, holds);
                break;
            case IBinaryOperation { OperatorKind: BinaryOperatorKind.NotEquals } differs:
                World = AssumeEqual(differs.LeftOperand, differs.RightOperand, !holds);
                break;
            case IIsNullOperation isNull:
                World = Refine(isNull.Operand, Value.Zero, holds);
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
        if (value.Decides >= 0 && world!.TryGet(value.Decides, out SiteState granted))
            world = world.Set(value.Decides, granted.With(SiteStatus.None, SiteStatus.MaybeNull));
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
        if (value.Decides >= 0 && world.TryGet(value.Decides, out SiteState refused))
            return ThereIsNo(world, value.Decides, refused);
        foreach (Target target in value.Targets)
            if (value.Targets.Length == 1 && world.TryGet(target.Site, out SiteState state) && state.Has(SiteStatus.MaybeNull))
                world = world.Set(target.Site, state.With(SiteStatus.None, SiteStatus.MaybeNull));
        return world;
    }

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
            case IBinaryOperation { OperatorKind: BinaryOperatorKind.Equals } equal:
                return AreEqual(Peek(equal.LeftOperand), Peek(equal.RightOperand)) ?? _conditions.Recall(World!, condition);
            case IBinaryOperation { OperatorKind: BinaryOperatorKind.NotEquals } differs:
                return !AreEqual(Peek(differs.LeftOperand), Peek(differs.RightOperand)) ?? _conditions.Recall(World!, condition);
            case IIsNullOperation isNull:
                return AreEqual(Peek(isNull.Operand), Value.Zero);
            case IIsPatternOperation match when Matched(match.Pattern) is { } pattern:
                return AreEqual(Peek(match.Value), pattern.Value) is { } equals ? equals == pattern.Matches : _conditions.Recall(World!, condition);
            case IIsPatternOperation match:
                return Peek(match.Value).IsZero && match.Pattern is not IDiscardPatternOperation ? null : _conditions.Recall(World!, condition);
            default:
                return AreEqual(Peek(condition), Value.Zero) is { } isZero ? !isZero : _conditions.Recall(World!, condition);
        }
    }

    private bool? AreEqual(Value a, Value b)
    {
        if (a.Constant is { } first && b.Constant is { } second)
            return first == second;
        if (a.IsZero || b.IsZero)
            return MayBeZero(a) && MayBeZero(b) ? null : false;
        if (a.CanBeOther || b.CanBeOther || a.CanBeZero || b.CanBeZero || a.Targets.Length != 1 || b.Targets.Length != 1)
            return null;
        return AreSame(a.Targets[0], b.Targets[0]);
    }

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
            IDefaultValueOperation => Value.Zero,
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
        IFlowCaptureReferenceOperation capture when _places.Captured(capture.Id) is { } captured and not IFlowCaptureReferenceOperation => _places.Of(captured),
        _ => null,
    };

    private Place? Named(IOperation operand) => operand switch
    {
        IConversionOperation conversion => Named(conversion.Operand),
        ISimpleAssignmentOperation assignment => _places.OfTarget(assignment.Target),
        IParenthesizedOperation parenthesized => Named(parenthesized.Operand),
        IInvocationOperation call when World!.Knows(_places.OfCall(call.Syntax)) => _places.OfCall(call.Syntax),
        _ => _places.Of(operand),
    };

    /// <summary>`is null`, `is 0`, `is not null`, `is { }`.</summary>
    private static (Value Value, bool Matches)? Matched(IPatternOperation pattern) => pattern switch
    {
        IConstantPatternOperation constant => ConstantOf(constant.Value) is { Constant: not null } value ? (value, true) : null,
        INegatedPatternOperation negated => Matched(negated.Pattern) is { } inner ? (inner.Value, !inner.Matches) : null,
        IRecursivePatternOperation { DeconstructionSubpatterns.IsEmpty: true, PropertySubpatterns.IsEmpty: true } => (Value.Zero, false),
        _ => null,
    };
}
