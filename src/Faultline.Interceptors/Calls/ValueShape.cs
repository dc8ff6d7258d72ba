using Microsoft.CodeAnalysis;

namespace Faultline.Interceptors.Calls;

/// <summary>
/// How the runtime's marshaller passes a type to C on x86-64. A P/Invoke's managed signature is the user's own: malloc(int),
/// malloc(ulong), free(IntPtr), posix_memalign(out IntPtr, …).
/// </summary>
internal enum ValueShape
{
    Nothing,
    Integer32,
    Integer64,
    Native,
    Unsupported,
}

internal static class ValueShapes
{
    public static ValueShape Of(ITypeSymbol type) => type switch
    {
        IPointerTypeSymbol or IFunctionPointerTypeSymbol => ValueShape.Native,
        INamedTypeSymbol { EnumUnderlyingType: { } underlying } => Of(underlying),
        _ => type.SpecialType switch
        {
            SpecialType.System_Void => ValueShape.Nothing,
            SpecialType.System_IntPtr or SpecialType.System_UIntPtr => ValueShape.Native,
            SpecialType.System_Int64 or SpecialType.System_UInt64 => ValueShape.Integer64,
            SpecialType.System_Int32 or SpecialType.System_UInt32 or SpecialType.System_Int16 or SpecialType.System_UInt16
                or SpecialType.System_Byte or SpecialType.System_SByte => ValueShape.Integer32,
            _ => ValueShape.Unsupported,
        },
    };
}
