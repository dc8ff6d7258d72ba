// The commonest life of a native block: one call allocates it into a local, code uses it, and the same method frees it. Where the local
// holds this block and no other (null apart) its uses are the block's uses, and no flow has to be solved to know them.

using System.Collections.Generic;
using Faultline.Analyzers.Context;
using Faultline.Api;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Shapes;

/// <summary>A local that is given one block and never another; no lambda, reference or address reaches it.</summary>
internal sealed class BlockLocal
{
    private BlockLocal(AllocationCall call, ILocalSymbol local, IReadOnlyList<IOperation> uses, IReadOnlyList<AllocationCall> frees, bool isDeclaredWithBlock, bool isResized)
    {
        Call = call;
        Local = local;
        Uses = uses;
        Frees = frees;
        IsDeclaredWithBlock = isDeclaredWithBlock;
        IsResized = isResized;
    }

    /// <summary>What allocates the block.</summary>
    public AllocationCall Call { get; }

    public ILocalSymbol Local { get; }

    /// <summary>References to the local that read it, in the order of the source.</summary>
    public IReadOnlyList<IOperation> Uses { get; }

    /// <summary>The calls that free what the local holds.</summary>
    public IReadOnlyList<AllocationCall> Frees { get; }

    /// <summary>The local has the block from its declaration on and is never written again, not even with null.</summary>
    public bool IsDeclaredWithBlock { get; }

    public bool IsResized { get; }

    /// <summary>Null if the call's result goes elsewhere, or the local can hold anything else.</summary>
    public static BlockLocal? Of(AllocationCall call, SymbolUses uses, IReadOnlyDictionary<SyntaxNode, AllocationCall> calls)
    {
        if (!call.Api.Allocates || call.Api.Effect == AllocationEffect.Reallocate || call.Api.Has(ParameterRole.OutBlock))
            return null;
        IOperation value = Addresses.Outermost(call.Invocation);
        ILocalSymbol? local = value.Parent switch
        {
            IVariableInitializerOperation { Parent: IVariableDeclaratorOperation declarator } => declarator.Symbol,
            ISimpleAssignmentOperation { Target: ILocalReferenceOperation target } assignment when assignment.Value == value => target.Local,
            _ => null,
        };
        return local is { IsRef: false } ? Follow(call, local, value, uses, calls) : null;
    }

    private static BlockLocal? Follow(AllocationCall call, ILocalSymbol local, IOperation value, SymbolUses uses, IReadOnlyDictionary<SyntaxNode, AllocationCall> calls)
    {
        if (uses.DeclaratorOf(local) is not { } declarator || declarator.Initializer?.Value is { } initial && initial != value && !Addresses.IsNull(initial))
            return null;
        List<IOperation> reads = [];
        List<AllocationCall> frees = [];
        bool isDeclared = declarator.Initializer?.Value == value;
        bool isResized = false;
        foreach (IOperation reference in uses.Of(local))
        {
            if (SymbolUses.IsCaptured(reference, local))
                return null;
            if (SymbolUses.IsWritten(reference))
            {
                if (reference.Parent is not ISimpleAssignmentOperation { IsRef: false } assignment || assignment.Value != value && !Addresses.IsNull(assignment.Value))
                    return null;
                isDeclared = false;
                continue;
            }

            reads.Add(reference);
            if (ReleasedBy(reference, calls) is not { } release)
                continue;
            if (release.Api.Frees)
                frees.Add(release);
            else
                isResized = true;
        }

        return new BlockLocal(call, local, reads, frees, isDeclared, isResized);
    }

    /// <summary>The call that frees or resizes what a reference holds, if the reference is its block.</summary>
    private static AllocationCall? ReleasedBy(IOperation reference, IReadOnlyDictionary<SyntaxNode, AllocationCall> calls)
        => Addresses.Outermost(reference).Parent is IArgumentOperation { Parent: IInvocationOperation invocation } argument
            && calls.TryGetValue(invocation.Syntax, out AllocationCall? call)
            && (call.Api.Frees || call.Api.Effect == AllocationEffect.Reallocate)
            && argument.Parameter?.Ordinal == call.Api.IndexOf(ParameterRole.Block) ? call : null;
}
