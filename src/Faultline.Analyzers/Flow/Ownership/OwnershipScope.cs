using Faultline.Analyzers.Context;
using Faultline.Analyzers.Flow.Pointers;
using Faultline.Api;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Flow.Ownership;

/// <summary>What the evaluator of one graph asks about the world outside of it.</summary>
internal sealed class OwnershipScope
{
    private readonly OwnershipOptions _options;

    public OwnershipScope(AllocationContext context, OwnershipOptions options, CapturedVariables captures)
    {
        Context = context;
        _options = options;
        Captures = captures;
    }

    public AllocationContext Context { get; }

    public CapturedVariables Captures { get; }

    /// <summary>Numbers are a graph's own.</summary>
    public Sites Sites { get; } = new();

    public CalleeEffect EffectOf(IMethodSymbol method)
    {
        CalleeEffect effect = Context.Callees.EffectOf(method, _options);
        return _options.IsNonThrowing(method) && effect.MayThrow
            ? new CalleeEffect(effect.Parameters, effect.Others, mayThrow: false, effect.Returns, effect.ReturnsParameter, effect.ReturnsStart) : effect;
    }

    public CalleeEffect EffectOfCreation(IObjectCreationOperation creation) => Context.Callees.EffectOfCreation(creation, _options);

    /// <summary>Whether a method of that name may answer a block or free one.</summary>
    public bool IsOfInterest(string method) => Context.Names.Contains(method) || _options.Names.Contains(method);

    public bool MayWriteFields(IMethodSymbol method) => FieldEffects.MayWriteFields(method);

    /// <summary>A property whose getter only answers a field: reading it changes nothing.</summary>
    public bool IsPlain(IPropertySymbol property) => Context.Callees.IsAutomatic(property);

    public bool NeverReturns(IMethodSymbol method) => Context.Callees.NeverReturns(method);

    /// <summary>The value of the parameter with which the call does not return; null for most.</summary>
    public bool? DoesNotReturnIf(IParameterSymbol parameter) => Context.Callees.DoesNotReturnIf(parameter);

    public BlockSource SourceOf(AllocationApi api) => Context.Callees.SourceOf(api);
}
