using System.Linq;
using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Flow.Pointers;

/// <summary>Whether a call can reach code of the program that writes a field we follow.</summary>
internal static class FieldEffects
{
    /// <summary>Native code and the framework's static methods that take no delegate cannot; anything else may.</summary>
    public static bool MayWriteFields(IMethodSymbol method)
    {
        if (method.IsExtern || method.GetDllImportData() != null)
            return false;
        bool isOfFramework = method.DeclaringSyntaxReferences.IsEmpty && IsInSystem(method.ContainingNamespace)
            && (method.IsStatic || method.ContainingType.IsValueType);
        return !isOfFramework || method.Parameters.Any(parameter => parameter.Type.TypeKind is TypeKind.Delegate or TypeKind.FunctionPointer);
    }

    private static bool IsInSystem(INamespaceSymbol space)
    {
        while (space.ContainingNamespace is { IsGlobalNamespace: false } outer)
            space = outer;
        return space.Name == "System";
    }
}
