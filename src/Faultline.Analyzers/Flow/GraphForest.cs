// A body's control-flow graph leaves lambdas and local functions out: each has a graph of its own, made from its parent's.

using System;
using System.Collections.Generic;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Flow;

/// <summary>Makes graphs and finds the nested ones.</summary>
internal static class GraphForest
{
    /// <summary>Null for what has no graph (an attribute's arguments).</summary>
    public static ControlFlowGraph? Create(IOperation root) => root switch
    {
        IMethodBodyOperation body => ControlFlowGraph.Create(body),
        IConstructorBodyOperation body => ControlFlowGraph.Create(body),
        IBlockOperation body => ControlFlowGraph.Create(body),
        IFieldInitializerOperation initializer => ControlFlowGraph.Create(initializer),
        IPropertyInitializerOperation initializer => ControlFlowGraph.Create(initializer),
        IParameterInitializerOperation initializer => ControlFlowGraph.Create(initializer),
        _ => null,
    };

    /// <summary>The graphs of the lambdas and local functions directly inside a graph.</summary>
    public static List<ControlFlowGraph> Nested(ControlFlowGraph graph)
    {
        List<ControlFlowGraph> nested = [];
        foreach (IMethodSymbol function in graph.LocalFunctions)
            nested.Add(graph.GetLocalFunctionControlFlowGraph(function));
        foreach (BasicBlock block in graph.Blocks)
        {
            foreach (IOperation operation in block.Operations)
                AddLambdas(operation, graph, nested);
            if (block.BranchValue is { } value)
                AddLambdas(value, graph, nested);
        }

        return nested;
    }

    private static void AddLambdas(IOperation operation, ControlFlowGraph graph, List<ControlFlowGraph> nested)
    {
        foreach (IOperation inner in operation.DescendantsAndSelf())
            if (inner is IFlowAnonymousFunctionOperation lambda)
                nested.Add(graph.GetAnonymousFunctionControlFlowGraph(lambda));
    }
}
