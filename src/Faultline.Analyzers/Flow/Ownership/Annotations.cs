// Attributes by which a program says who owns a block: [TakesOwnership] on a parameter, [ReturnsOwned("…")] on a method or its result. They
// are recognised by name alone, in whatever namespace and assembly they are declared, so that nothing of ours has to be referenced.

using System.Collections.Immutable;
using Faultline.Analyzers.Rules;
using Faultline.Api;
using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Flow.Ownership;

/// <summary>Reads the annotations of a method.</summary>
internal static class Annotations
{
    private const string Takes = "TakesOwnershipAttribute";
    private const string Returns = "ReturnsOwnedAttribute";

    /// <summary>What the annotations say, over what is known otherwise; null if there are none.</summary>
    public static CalleeEffect? Of(IMethodSymbol method, CalleeEffect otherwise)
    {
        BlockSource? source = SourceOf(method, method.GetAttributes()) ?? SourceOf(method, method.GetReturnTypeAttributes());
        bool isAnnotated = source != null;
        ParameterEffect[] effects = new ParameterEffect[method.Parameters.Length];
        foreach (IParameterSymbol parameter in method.Parameters)
        {
            bool takes = Callees.HasAttribute(parameter.GetAttributes(), Takes);
            isAnnotated |= takes;
            effects[parameter.Ordinal] = takes ? ParameterEffect.Escapes : otherwise.Of(parameter.Ordinal);
        }

        return isAnnotated
            ? new CalleeEffect(effects, otherwise.Others, otherwise.MayThrow, source ?? otherwise.Returns, otherwise.ReturnsParameter, otherwise.ReturnsStart) : null;
    }

    /// <summary>The method is said to answer a block that its caller owns.</summary>
    public static bool Answers(IMethodSymbol method)
        => Callees.HasAttribute(method.GetAttributes(), Returns) || Callees.HasAttribute(method.GetReturnTypeAttributes(), Returns);

    private static BlockSource? SourceOf(IMethodSymbol method, ImmutableArray<AttributeData> attributes)
    {
        foreach (AttributeData attribute in attributes)
            if (attribute.AttributeClass?.Name == Returns)
                return new BlockSource(method.ContainingType.Name + "." + method.Name, DeallocatorOf(attribute), maybeNull: false);
        return null;
    }

    /// <summary>The argument names a family of the API table (HGlobal, CoTaskMem, NativeMemory …) or the method that frees.</summary>
    private static string? DeallocatorOf(AttributeData attribute)
    {
        if (attribute.ConstructorArguments.Length == 0 || attribute.ConstructorArguments[0].Value is not string family)
            return null;
        foreach (AllocationApi api in AllocationApis.All)
            if (api.Frees && string.Equals(api.Family.ToString(), family, System.StringComparison.OrdinalIgnoreCase))
                return Families.RightCall(api.Family, AllocationEffect.Free).DisplayName;
        return family;
    }
}
