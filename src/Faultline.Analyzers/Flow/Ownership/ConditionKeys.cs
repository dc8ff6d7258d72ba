// Conditions by what they say, so that the second `if (n > 128)` of a method is known to come out as the first did. A condition has a
// key if it is made of locals, parameters, fields and properties, constants and questions about the platform; it is forgotten when one
// of its variables is written, and where it reads fields or properties, when a call may have changed them.

using System.Collections.Generic;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Flow.Ownership;

/// <summary>The keys of one graph's conditions.</summary>
internal sealed class ConditionKeys
{
    private readonly Dictionary<SyntaxNode, Known> _known = [];
    private readonly Dictionary<string, int> _keys = [];
    private readonly Dictionary<int, List<int>> _ofPlace = [];
    private readonly List<int> _changeable = [];
    private readonly FollowedPlaces _places;
    private readonly HashSet<int> _mentioned = [];
    private bool _isChangeable;

    public ConditionKeys(FollowedPlaces places) => _places = places;

    public bool? Recall(World world, IOperation condition) => Find(condition) is { Key: >= 0 } found && world.Fact(found.Key) is { } fact ? fact != found.IsNegated : null;

    public World Learn(World world, IOperation condition, bool holds) => Find(condition) is { Key: >= 0 } found ? world.Learn(found.Key, holds != found.IsNegated) : world;

    public World Forget(World world, Place written)
    {
        if (_ofPlace.TryGetValue(written.Number, out List<int>? keys))
            foreach (int key in keys)
                world = world.Unlearn(key);
        return world;
    }

    /// <summary>A call may have changed fields and what properties answer.</summary>
    public World ForgetChangeable(World world)
    {
        foreach (int key in _changeable)
            world = world.Unlearn(key);
        return world;
    }

    private Known Find(IOperation condition)
    {
        if (_known.TryGetValue(condition.Syntax, out Known? known))
            return known;
        _mentioned.Clear();
        _isChangeable = false;
        bool isNegated = false;
        int key = Text(condition, ref isNegated) is { } text ? Number(text) : -1;
        _known.Add(condition.Syntax, known = new Known(key, isNegated));
        return known;
    }

    private int Number(string text)
    {
        if (_keys.TryGetValue(text, out int key))
            return key;
        _keys.Add(text, key = _keys.Count);
        foreach (int place in _mentioned)
        {
            if (!_ofPlace.TryGetValue(place, out List<int>? keys))
                _ofPlace.Add(place, keys = []);
            keys.Add(key);
        }

        if (_isChangeable)
            _changeable.Add(key);
        return key;
    }

    private string? Text(IOperation condition, ref bool isNegated)
    {
        switch (condition)
        {
            case IUnaryOperation { OperatorKind: UnaryOperatorKind.Not } not:
                isNegated = !isNegated;
                return Text(not.Operand, ref isNegated);
            case IBinaryOperation { OperatorMethod: null } comparison when Operator(comparison.OperatorKind, ref isNegated) is { } sign:
                return Pair(Term(comparison.LeftOperand), sign, Term(comparison.RightOperand));
            case IIsPatternOperation match:
                return Pattern(Term(match.Value), match.Pattern, ref isNegated);
            default:
                return Term(condition);
        }
    }

    private string? Pattern(string? value, IPatternOperation pattern, ref bool isNegated)
    {
        switch (pattern)
        {
            case INegatedPatternOperation negated:
                isNegated = !isNegated;
                return Pattern(value, negated.Pattern, ref isNegated);
            case IConstantPatternOperation constant:
                return Pair(value, "==", Term(constant.Value));
            case IRelationalPatternOperation relational when Operator(relational.OperatorKind, ref isNegated) is { } sign:
                return Pair(value, sign, Term(relational.Value));
            default:
                return null;
        }
    }

    private static string? Operator(BinaryOperatorKind kind, ref bool isNegated)
    {
        isNegated ^= kind is BinaryOperatorKind.NotEquals or BinaryOperatorKind.GreaterThanOrEqual or BinaryOperatorKind.LessThanOrEqual;
        return kind switch
        {
            BinaryOperatorKind.Equals or BinaryOperatorKind.NotEquals => "==",
            BinaryOperatorKind.LessThan or BinaryOperatorKind.GreaterThanOrEqual => "<",
            BinaryOperatorKind.GreaterThan or BinaryOperatorKind.LessThanOrEqual => ">",
            _ => null,
        };
    }

    private string? Term(IOperation operation)
    {
        if (operation.ConstantValue.HasValue)
            return "#" + operation.ConstantValue.Value;
        switch (operation)
        {
            case IConversionOperation { OperatorMethod: null } conversion:
                return Term(conversion.Operand);
            case IDefaultValueOperation:
                return "#0";
            case IPropertyReferenceOperation { Arguments.IsEmpty: true } property:
                _isChangeable = true;
                return property.Instance is null or IInstanceReferenceOperation ? property.Property.ToDisplayString() : Pair(Term(property.Instance), ".", property.Property.Name);
            case IInvocationOperation { TargetMethod: { IsStatic: true, ContainingType.Name: "OperatingSystem" or "RuntimeInformation" } } platform:
                string? text = platform.TargetMethod.Name;
                foreach (IArgumentOperation argument in platform.Arguments)
                    text = Pair(text, "(", Term(argument.Value));
                return text;
            case IBinaryOperation { OperatorMethod: null } binary:
                return Pair(Term(binary.LeftOperand), binary.OperatorKind.ToString(), Term(binary.RightOperand));
            case IFlowCaptureReferenceOperation capture when _places.Captured(capture.Id) is { } captured and not IFlowCaptureReferenceOperation:
                return Term(captured);
            default:
                if (_places.Of(operation) is not { } place)
                    return null;
                _mentioned.Add(place.Number);
                _isChangeable |= place.IsShared;
                return "$" + place.Number;
        }
    }

    private static string? Pair(string? left, string sign, string? right) => left == null || right == null ? null : $"({left}{sign}{right})";

    private sealed class Known
    {
        public Known(int key, bool isNegated)
        {
            Key = key;
            IsNegated = isNegated;
        }

        /// <summary>-1 for a condition that has none.</summary>
        public int Key { get; }

        public bool IsNegated { get; }
    }
}
