using Faultline.Analyzers.Context;
using Faultline.Analyzers.Flow.Pointers;
using Faultline.Api;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Flow.Ownership;

/// <summary>What the evaluator of one graph asks about the world outside of it.</summary>
internal sealed class OwnershipScope
{
    private readonly ReadingDepth _depth;

    public OwnershipScope(AllocationContext context, OwnershipOptions options, CapturedVariables captures, ReadingDepth depth)
    {
        Context = context;
        Options = options;
        Captures = captures;
        _depth = depth;
    }

    public AllocationContext Context { get; }

    public CapturedVariables Captures { get; }

    /// <summary>Numbers are a graph's own.</summary>
    public Sites Sites { get; } = new();

    public OwnershipOptions Options { get; }

    public CalleeEffect EffectOf(IMethodSymbol method) => Context.Callees.EffectOf(method, Options, _depth);

    public CalleeEffect EffectOfCreation(IObjectCreationOperation creation) => Context.Callees.EffectOfCreation(creation, Options, _depth);

    /// <summary>Whether a method of that name may answer a block or free one.</summary>
    public bool IsOfInterest(string method) => Context.Names.Contains(method) || Options.Names.Contains(method);

    public bool MayWriteFields(IMethodSymbol method) => FieldEffects.MayWriteFields(method);

    /// <summary>A property whose getter only answers a field: reading it changes nothing.</summary>
    public bool IsPlain(IPropertySymbol property) => Context.Callees.IsAutomatic(property);

    public bool TakesOwnAddress(IMethodSymbol method) => Context.Callees.TakesOwnAddress(method);

    public bool NeverReturns(IMethodSymbol method) => Context.Callees.NeverReturns(method);

    /// <summary>The value of the parameter with which the call does not return; null for most.</summary>
    public bool? DoesNotReturnIf(IParameterSymbol parameter) => Context.Callees.DoesNotReturnIf(parameter);

    public BlockSource SourceOf(AllocationApi api) => Context.Callees.SourceOf(api);
}
