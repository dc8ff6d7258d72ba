using Faultline.Api;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Faultline.Interceptors.Calls;

/// <summary>Why a call of an allocation API has to stay what it is.</summary>
internal static class Unroutable
{
    /// <summary>Of a call of a method that is a row of the table; null where an interceptor can take its place.</summary>
    public static string? Reason(IMethodSymbol method, Compilation compilation)
    {
        if (method.MethodKind == MethodKind.LocalFunction)
            return "a local function cannot be intercepted: declare the P/Invoke in a type";
        return LibcImport.Of(method) is { } import ? OfImport(method, import, compilation) : null;
    }

    private static string? OfImport(IMethodSymbol method, LibcImport import, Compilation compilation)
    {
        AllocationApi api = import.Api;
        int missing = api.ParameterTypes.Count - method.Parameters.Length;
        if (missing < 0 || missing > api.OptionalParameters)
            return $"it is declared with {method.Parameters.Length} parameters, where C has {api.ParameterTypes.Count}";
        if (!import.PreservesSignature)
            return "it is declared with PreserveSig = false";
        bool allowsUnsafe = ((CSharpCompilationOptions)compilation.Options).AllowUnsafe;
        foreach (IParameterSymbol parameter in method.Parameters)
        {
            if (OfType(parameter.Type, compilation) is { } reason)
                return reason;
            if (parameter.RefKind != RefKind.None && !IsStored(parameter, api.Roles[parameter.Ordinal], allowsUnsafe))
                return $"its parameter {parameter.Name} is passed by reference";
        }

        return method.ReturnsByRef || method.ReturnsByRefReadonly ? "it returns a reference" : OfType(method.ReturnType, compilation);
    }

    /// <summary>posix_memalign's first parameter. Only unsafe code can pin the place that any other type than a native integer is stored to.</summary>
    private static bool IsStored(IParameterSymbol parameter, ParameterRole role, bool allowsUnsafe)
        => role == ParameterRole.OutBlock && parameter.RefKind is RefKind.Ref or RefKind.Out
        && (allowsUnsafe ? ValueShapes.Of(parameter.Type) is ValueShape.Native or ValueShape.Integer64
            : parameter.Type.SpecialType == SpecialType.System_IntPtr);

    private static string? OfType(ITypeSymbol type, Compilation compilation)
    {
        if (ValueShapes.Of(type) == ValueShape.Unsupported)
            return $"its type {type.ToDisplayString()} needs the marshaller";
        ITypeSymbol named = type;
        while (named is IPointerTypeSymbol pointer)
            named = pointer.PointedAtType;
        bool isNameable = named is IFunctionPointerTypeSymbol
            || (named.TypeKind != TypeKind.TypeParameter && compilation.IsSymbolAccessibleWithin(named, compilation.Assembly) && named is not INamedTypeSymbol { IsFileLocal: true });
        return isNameable ? null : $"its type {type.ToDisplayString()} cannot be named outside of its own type or file";
    }
}
