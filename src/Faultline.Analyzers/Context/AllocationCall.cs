using Faultline.Api;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Context;

/// <summary>A call of an allocation API as it stands in the source.</summary>
internal sealed class AllocationCall
{
    public AllocationCall(AllocationApi api, IInvocationOperation invocation)
    {
        Api = api;
        Invocation = invocation;
    }

    public AllocationApi Api { get; }

    public IInvocationOperation Invocation { get; }

    public SyntaxNode Syntax => Invocation.Syntax;

    /// <summary>What is passed for the parameter with that role, or null.</summary>
    public IOperation? Argument(ParameterRole role) => ArgumentAt(Invocation, Api.IndexOf(role));

    public static IOperation? ArgumentAt(IInvocationOperation invocation, int ordinal)
    {
        foreach (IArgumentOperation argument in invocation.Arguments)
            if (argument.Parameter?.Ordinal == ordinal)
                return argument.Value;
        return null;
    }
}
