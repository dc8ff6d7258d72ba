using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Shapes;

/// <summary>Where the locals and parameters of one body are named, found in one walk over it.</summary>
internal sealed class SymbolUses
{
    private readonly Dictionary<ISymbol, List<IOperation>> _references = new(SymbolEqualityComparer.Default);
    private readonly Dictionary<ISymbol, IVariableDeclaratorOperation> _declarators = new(SymbolEqualityComparer.Default);

    public SymbolUses(IOperation root)
    {
        foreach (IOperation operation in root.DescendantsAndSelf())
        {
            if (operation is ILocalReferenceOperation local)
                Add(local.Local, local);
            else if (operation is IParameterReferenceOperation parameter)
                Add(parameter.Parameter, parameter);
            else if (operation is IVariableDeclaratorOperation declarator)
                _declarators[declarator.Symbol] = declarator;
        }
    }

    /// <summary>In the order of the source.</summary>
    public IReadOnlyList<IOperation> Of(ISymbol symbol) => _references.TryGetValue(symbol, out List<IOperation>? found) ? found : Array.Empty<IOperation>();

    /// <summary>Null for a local that a pattern, an out argument or a foreach declares.</summary>
    public IVariableDeclaratorOperation? DeclaratorOf(ILocalSymbol local) => _declarators.TryGetValue(local, out IVariableDeclaratorOperation? found) ? found : null;

    /// <summary>What the local is declared with, if that is the only value it ever has.</summary>
    public IOperation? OnlyValueOf(ILocalSymbol local)
        => !local.IsRef && DeclaratorOf(local)?.Initializer is { } initializer && !Of(local).Any(reference => IsWritten(reference) || IsCaptured(reference, local)) ? initializer.Value : null;

    /// <summary>Whether a reference to a variable gives it a value, or lets others give it one.</summary>
    public static bool IsWritten(IOperation reference) => reference.Parent switch
    {
        IAssignmentOperation assignment => assignment.Target == reference || assignment is ISimpleAssignmentOperation { IsRef: true },
        IIncrementOrDecrementOperation or IAddressOfOperation => true,
        IVariableInitializerOperation { Parent: IVariableDeclaratorOperation { Symbol.IsRef: true } } => true,
        IArgumentOperation argument => argument.Parameter is { RefKind: RefKind.Ref or RefKind.Out },
        ITupleOperation tuple => IsTarget(tuple),
        _ => false,
    };

    /// <summary>Whether a lambda or local function other than the one that declares the variable names it there.</summary>
    public static bool IsCaptured(IOperation reference, ISymbol variable)
        => FunctionOf(reference) is { } function && !SymbolEqualityComparer.Default.Equals(function, variable.ContainingSymbol);

    private static bool IsTarget(IOperation tuple)
        => tuple.Parent is IDeconstructionAssignmentOperation deconstruction ? deconstruction.Target == tuple : tuple.Parent is ITupleOperation outer && IsTarget(outer);

    private static IMethodSymbol? FunctionOf(IOperation operation)
    {
        for (IOperation? outer = operation.Parent; outer != null; outer = outer.Parent)
        {
            if (outer is IAnonymousFunctionOperation lambda)
                return lambda.Symbol;
            if (outer is ILocalFunctionOperation local)
                return local.Symbol;
        }

        return null;
    }

    private void Add(ISymbol symbol, IOperation reference)
    {
        if (!_references.TryGetValue(symbol, out List<IOperation>? found))
            _references.Add(symbol, found = []);
        found.Add(reference);
    }
}
