using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Flow.Ownership;

/// <summary>Which types hold addresses.</summary>
internal static class Pointers
{
    public static bool IsPointerLike(ITypeSymbol? type)
        => type is IPointerTypeSymbol || type?.SpecialType is SpecialType.System_IntPtr or SpecialType.System_UIntPtr;

    /// <summary>The first parameter that is a pointer is freed, the others are looked at.</summary>
    public static ImmutableArray<ParameterEffect> FirstFrees(IMethodSymbol method)
    {
        ImmutableArray<ParameterEffect>.Builder effects = ImmutableArray.CreateBuilder<ParameterEffect>();
        bool isFound = false;
        foreach (IParameterSymbol parameter in method.Parameters)
        {
            bool isBlock = !isFound && IsPointerLike(parameter.Type);
            isFound |= isBlock;
            effects.Add(isBlock ? ParameterEffect.Frees : ParameterEffect.None);
        }

        return effects.ToImmutable();
    }
}
