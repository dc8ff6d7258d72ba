using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Flow.Ownership;

/// <summary>Which types hold addresses.</summary>
internal static class Pointers
{
    public static bool IsPointerLike(ITypeSymbol? type)
        => type is IPointerTypeSymbol || type?.SpecialType is SpecialType.System_IntPtr or SpecialType.System_UIntPtr;

    /// <summary>The first parameter that is a pointer is freed, the others are looked at.</summary>
    public static ParameterEffect[] FirstFrees(IMethodSymbol method)
    {
        ParameterEffect[] effects = new ParameterEffect[method.Parameters.Length];
        bool isFound = false;
        foreach (IParameterSymbol parameter in method.Parameters)
        {
            bool isBlock = !isFound && IsPointerLike(parameter.Type);
            isFound |= isBlock;
            effects[parameter.Ordinal] = isBlock ? ParameterEffect.Frees : ParameterEffect.None;
        }

        return effects;
    }
}
