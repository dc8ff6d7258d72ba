using System.Collections.Generic;
using Faultline.Analyzers.Context;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Flow.Ownership;

/// <summary>
/// Which variables of the surrounding body a lambda or local function may free, store or hand on. One that only reads and writes through a
/// pointer (`i => p[i] = 0`) leaves the block to its owner.
/// </summary>
internal sealed class CapturedVariables
{
    private readonly Dictionary<IMethodSymbol, HashSet<ISymbol>> _handedOn = new(SymbolEqualityComparer.Default);
    private readonly AllocationContext _context;

    public CapturedVariables(IOperation root, AllocationContext context)
    {
        _context = context;
        foreach (IOperation operation in root.DescendantsAndSelf())
            if (VariableOf(operation) is { } variable && !IsHarmless(operation))
                AddToFunctionsAround(operation, variable);
    }

    public IEnumerable<ISymbol> HandedOnBy(IMethodSymbol function) => _handedOn.TryGetValue(function.OriginalDefinition, out HashSet<ISymbol>? variables) ? variables : [];

    private void AddToFunctionsAround(IOperation operation, ISymbol variable)
    {
        for (IOperation? outer = operation.Parent; outer != null; outer = outer.Parent)
        {
            IMethodSymbol? function = outer switch
            {
                IAnonymousFunctionOperation lambda => lambda.Symbol,
                ILocalFunctionOperation local => local.Symbol,
                _ => null,
            };
            if (function == null)
                continue;
            if (SymbolEqualityComparer.Default.Equals(function, variable.ContainingSymbol))
                return;
            if (!_handedOn.TryGetValue(function, out HashSet<ISymbol>? variables))
                _handedOn.Add(function, variables = new HashSet<ISymbol>(SymbolEqualityComparer.Default));
            variables.Add(variable);
        }
    }

    /// <summary>The pointer is followed, compared or moved and followed.</summary>
    private bool IsHarmless(IOperation operation)
    {
        IOperation child = operation;
        for (IOperation? parent = operation.Parent; parent != null; child = parent, parent = parent.Parent)
        {
            switch (parent)
            {
                case IConversionOperation or IParenthesizedOperation or IBinaryOperation { OperatorKind: BinaryOperatorKind.Add or BinaryOperatorKind.Subtract }:
                    continue;
                case IBinaryOperation:
                    return true;
                case IArgumentOperation { Parent: IObjectCreationOperation creation }:
                    return Numbers.Measured.IsSpan((INamedTypeSymbol)creation.Type!, _context.Types);
                case IArgumentOperation { Parent: IInvocationOperation call, Parameter: { } parameter }:
                    return _context.Find(call.TargetMethod) == null && KnownCallees.Find(call.TargetMethod) is { } effect
                        && (effect.Of(parameter.Ordinal) & (ParameterEffect.Escapes | ParameterEffect.Frees)) == 0;
                default:
                    return parent.Kind == OperationKind.None && parent.Type is not IPointerTypeSymbol;
            }
        }

        return false;
    }

    private static ISymbol? VariableOf(IOperation operation) => operation switch
    {
        ILocalReferenceOperation local => local.Local,
        IParameterReferenceOperation parameter => parameter.Parameter,
        _ => null,
    };
}
