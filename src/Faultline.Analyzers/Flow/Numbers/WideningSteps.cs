// A loop's counter is bounded by a constant that stands in the method. Widening goes to the next such constant before it goes to the end
// of the type: in nested loops the bound of the outer counter would otherwise be lost in the inner loop, which only passes it around.

using System;
using System.Collections.Generic;
using System.Numerics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Flow.Numbers;

/// <summary>The constants of a graph and their neighbours, in order.</summary>
internal sealed class WideningSteps
{
    private readonly BigInteger[] _steps;

    public WideningSteps(ControlFlowGraph graph)
    {
        SortedSet<BigInteger> steps = [];
        foreach (BasicBlock block in graph.Blocks)
        {
            foreach (IOperation operation in block.Operations)
                Collect(operation, steps);
            if (block.BranchValue is { } value)
                Collect(value, steps);
        }

        _steps = [.. steps];
    }

    /// <summary>An interval above both: an end that has moved goes to the next step, or to the end of the range.</summary>
    public Interval Widen(Interval before, Interval after, Interval range)
    {
        BigInteger low = after.Low < before.Low ? Below(after.Low, range.Low) : after.Low;
        BigInteger high = after.High > before.High ? Above(after.High, range.High) : after.High;
        return new Interval(low, high);
    }

    /// <summary>The same at once, for a loop that would climb from step to step.</summary>
    public static Interval ToEnds(Interval before, Interval after, Interval range)
        => new(after.Low < before.Low ? range.Low : after.Low, after.High > before.High ? range.High : after.High);

    private BigInteger Below(BigInteger value, BigInteger end)
    {
        int index = Array.BinarySearch(_steps, value);
        index = index >= 0 ? index : ~index - 1;
        return index >= 0 && _steps[index] > end ? _steps[index] : end;
    }

    private BigInteger Above(BigInteger value, BigInteger end)
    {
        int index = Array.BinarySearch(_steps, value);
        index = index >= 0 ? index : ~index;
        return index < _steps.Length && _steps[index] < end ? _steps[index] : end;
    }

    private static void Collect(IOperation operation, SortedSet<BigInteger> steps)
    {
        foreach (IOperation inner in operation.DescendantsAndSelf())
            if (Constants.Read(inner) is { } constant)
            {
                steps.Add(constant.Low - 1);
                steps.Add(constant.Low);
                steps.Add(constant.Low + 1);
            }
    }
}
