// A finally block is one piece of code that runs on behalf of several ways out of its try: each branch that leaves it, and an exception.
// Were they run as one, a return inside the try would blur what is known behind it. So the blocks of a finally are solved once for each
// way out, as if they had been copied to it; the context says on whose behalf.

using System.Collections.Generic;
using Microsoft.CodeAnalysis.FlowAnalysis;

namespace Faultline.Analyzers.Flow;

/// <summary>Where running goes on after the finally region that is being run, and the context outside of it.</summary>
internal sealed class FlowContext
{
    /// <summary>The target of a finally that an exception has entered: it goes on unwinding.</summary>
    public const int Unwinding = -1;

    private readonly List<FlowContext> _inner = [];
    private readonly ControlFlowRegion? _region;
    private readonly Counter _counter;

    private FlowContext(ControlFlowRegion? region, int target, FlowContext? outer, Counter counter)
    {
        _region = region;
        _counter = counter;
        Target = target;
        Outer = outer;
        Id = counter.Next++;
    }

    public int Id { get; }

    /// <summary>The ordinal of the block to go on with, or <see cref="Unwinding"/>.</summary>
    public int Target { get; }

    /// <summary>Null outside of all finally regions.</summary>
    public FlowContext? Outer { get; }

    public static FlowContext Root() => new(null, 0, null, new Counter());

    public FlowContext Enter(ControlFlowRegion region, int target)
    {
        foreach (FlowContext known in _inner)
            if (known._region == region && known.Target == target)
                return known;
        FlowContext context = new(region, target, this, _counter);
        _inner.Add(context);
        return context;
    }

    /// <summary>The context that holds at a block: an exception that leaves a finally gives up what the finally was run for.</summary>
    public FlowContext At(int ordinal)
    {
        FlowContext context = this;
        while (context._region is { } region && (ordinal < region.FirstBlockOrdinal || ordinal > region.LastBlockOrdinal))
            context = context.Outer!;
        return context;
    }

    private sealed class Counter
    {
        public int Next;
    }
}

/// <summary>A basic block in a context: what the solver keeps a state for.</summary>
internal readonly struct FlowNode
{
    public FlowNode(int ordinal, FlowContext context)
    {
        Ordinal = ordinal;
        Context = context;
    }

    public int Ordinal { get; }

    public FlowContext Context { get; }
}
