// Which variables a forward pass may follow. A variable whose address is taken, that a reference is bound to, or that a lambda or local
// function writes, can change at points where the graph shows nothing: it is never followed. One that is written nowhere but in its
// declaration keeps its value also inside lambdas and local functions.

using System.Collections.Generic;
using Faultline.Analyzers.Context;
using Faultline.Api;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Flow;

/// <summary>How the locals and parameters of one body are written, found in one walk over it.</summary>
internal sealed class VariableUses
{
    private readonly HashSet<ISymbol> _unfollowable = new(SymbolEqualityComparer.Default);
    private readonly HashSet<ISymbol> _written = new(SymbolEqualityComparer.Default);

    private readonly AllocationContext _context;

    public VariableUses(IOperation root, AllocationContext context)
    {
        _context = context;
        foreach (IOperation operation in root.DescendantsAndSelf())
            Look(operation);
    }

    public bool MayFollow(ISymbol variable) => !_unfollowable.Contains(variable);

    /// <summary>The local has a value from its declaration on and no other.</summary>
    public bool IsWrittenOnce(ILocalSymbol local) => !_written.Contains(local) && MayFollow(local);

    private void Look(IOperation operation)
    {
        switch (operation)
        {
            case IAddressOfOperation address when !IsOutOfAllocator(address):
                Unfollow(address.Reference);
                break;
            case IArgumentOperation { Parameter.RefKind: not RefKind.None } argument:
                Write(argument.Value);
                if (MayKeepReference(argument))
                    Unfollow(argument.Value);
                break;
            case IAssignmentOperation assignment:
                Write(assignment.Target);
                if (assignment is ISimpleAssignmentOperation { IsRef: true })
                    Unfollow(assignment.Value);
                break;
            case IIncrementOrDecrementOperation step:
                Write(step.Target);
                break;
            case IVariableDeclaratorOperation { Symbol.IsRef: true } declarator:
                _unfollowable.Add(declarator.Symbol);
                if ((declarator.Initializer ?? (declarator.Parent as IVariableDeclarationOperation)?.Initializer) is { } initializer)
                    Unfollow(initializer.Value);
                break;
        }
    }

    /// <summary>posix_memalign(&amp;block, …) writes the variable during the call and forgets its address.</summary>
    private bool IsOutOfAllocator(IAddressOfOperation address)
    {
        IOperation? parent = address.Parent;
        while (parent is IConversionOperation)
            parent = parent.Parent;
        return parent is IArgumentOperation { Parent: IInvocationOperation call } && _context.Find(call.TargetMethod) is { } api && api.Has(ParameterRole.OutBlock);
    }

    private static bool MayKeepReference(IArgumentOperation argument) => argument.Parent switch
    {
        IInvocationOperation call => call.TargetMethod.ReturnsByRef || call.TargetMethod.ReturnsByRefReadonly || call.TargetMethod.ReturnType.IsRefLikeType,
        _ => true,
    };

    private void Write(IOperation target)
    {
        if (target is IDeclarationExpressionOperation declaration)
            target = declaration.Expression;
        if (target is ITupleOperation tuple)
        {
            foreach (IOperation element in tuple.Elements)
                Write(element);
            return;
        }

        if (VariableOf(target) is not { } variable)
            return;
        _written.Add(variable);
        if (IsInNestedFunction(target, variable))
            _unfollowable.Add(variable);
    }

    private void Unfollow(IOperation reference)
    {
        if (VariableOf(reference) is { } variable)
            _unfollowable.Add(variable);
    }

    private static bool IsInNestedFunction(IOperation operation, ISymbol variable)
    {
        for (IOperation? outer = operation.Parent; outer != null; outer = outer.Parent)
        {
            IMethodSymbol? function = outer switch
            {
                IAnonymousFunctionOperation lambda => lambda.Symbol,
                ILocalFunctionOperation local => local.Symbol,
                _ => null,
            };
            if (function != null)
                return !SymbolEqualityComparer.Default.Equals(function, variable.ContainingSymbol);
        }

        return false;
    }

    private static ISymbol? VariableOf(IOperation operation) => operation switch
    {
        ILocalReferenceOperation local => local.Local,
        IParameterReferenceOperation parameter => parameter.Parameter,
        IDeclarationExpressionOperation declaration => VariableOf(declaration.Expression),
        IConversionOperation conversion => VariableOf(conversion.Operand),
        _ => null,
    };
}
