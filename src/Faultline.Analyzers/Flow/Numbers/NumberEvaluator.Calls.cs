using Faultline.Analyzers.Context;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Flow.Numbers;

internal sealed partial class NumberEvaluator
{
    public override Interval VisitInvocation(IInvocationOperation operation, object? argument)
    {
        if (operation.Instance != null)
            Visit(operation.Instance, null);
        Interval[] values = VisitArguments(operation.Arguments, operation.TargetMethod.Parameters.Length);
        if (_context.Find(operation.TargetMethod) != null)
            OnAllocation?.Invoke(operation, values);
        AssumeGuard(operation);
        Interval unknown = Unknown(operation.Type);
        Interval? known = KnownCalls.Evaluate(operation.TargetMethod, values, _context.Types);
        return known is { } value && IntegerType.Of(operation.Type) is { } type ? type.Fit(value, isChecked: true) : unknown;
    }

    /// <summary>new IntPtr(n), new Span&lt;T&gt;(pointer, n), new Span&lt;T&gt;(array), new string(c, n).</summary>
    public override Interval VisitObjectCreation(IObjectCreationOperation operation, object? argument)
    {
        Interval unknown = Unknown(operation.Type);
        if (operation.Constructor is not { } constructor)
            return DefaultVisit(operation, argument);
        Interval[] values = VisitArguments(operation.Arguments, constructor.Parameters.Length);
        Visit(operation.Initializer, null);

        ITypeSymbol? last = values.Length > 0 ? constructor.Parameters[values.Length - 1].Type : null;
        if (IntegerType.Of(operation.Type) is { } type)
            return values.Length == 1 && IntegerType.Of(last) != null ? type.Fit(values[0], isChecked: true) : unknown;
        bool isLength = last?.SpecialType == SpecialType.System_Int32 && values.Length > 1 || values.Length == 1 && last is IArrayTypeSymbol;
        return isLength && Measured.LengthsOf(operation.Type, _context.Types) != null
            ? values[values.Length - 1].Meet(unknown) ?? unknown
            : unknown;
    }

    private Interval[] VisitArguments(System.Collections.Immutable.ImmutableArray<IArgumentOperation> arguments, int parameters)
    {
        Interval[] values = new Interval[parameters];
        for (int i = 0; i < parameters; i++)
            values[i] = Interval.Everything;
        foreach (IArgumentOperation argument in arguments)
        {
            Interval value = Evaluate(argument);
            if (argument.Parameter is { } parameter && parameter.Ordinal < parameters)
                values[parameter.Ordinal] = value;
        }

        return values;
    }

    /// <summary>ArgumentOutOfRangeException.ThrowIfGreaterThan(n, limit) and its like bound n for what follows.</summary>
    private void AssumeGuard(IInvocationOperation call)
    {
        if (!KnownTypes.Same(call.TargetMethod.ContainingType, _context.Types.ArgumentOutOfRange) || call.Arguments.Length == 0)
            return;
        IOperation? limit = call.Arguments.Length > 1 ? call.Arguments[1].Value : null;
        if (Guards.ValuesThatPass(call.TargetMethod.Name, limit == null ? Interval.Zero : Peek(limit)) is { } guard)
            State = Conditions.NarrowTo(this, _places, call.Arguments[0].Value, guard) ?? State;
    }
}
