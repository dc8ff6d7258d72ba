using Faultline.Analyzers.Flow.Numbers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Shapes;

/// <summary>The ways to write one address in another type: casts between pointers and native integers, new IntPtr(p), p.ToPointer().</summary>
internal static class Addresses
{
    /// <summary>The outermost expression around an address that is still the same address.</summary>
    public static IOperation Outermost(IOperation address)
    {
        while (true)
        {
            IOperation? same = address.Parent switch
            {
                IConversionOperation conversion when IsAddress(conversion.Type) => conversion,
                IArgumentOperation { Parent: IObjectCreationOperation creation } when IsNativeInteger(creation.Type) => creation,
                IInvocationOperation { TargetMethod.Name: "ToPointer" } call when call.Instance == address => call,
                _ => null,
            };
            if (same == null)
                return address;
            address = same;
        }
    }

    /// <summary>The innermost expression that is the same address.</summary>
    public static IOperation Innermost(IOperation address)
    {
        while (true)
        {
            IOperation? same = address switch
            {
                IConversionOperation conversion when IsAddress(conversion.Operand.Type) => conversion.Operand,
                IObjectCreationOperation { Arguments.Length: 1 } creation when IsNativeInteger(creation.Type) => creation.Arguments[0].Value,
                IInvocationOperation { TargetMethod.Name: "ToPointer", Instance: { } instance } => instance,
                _ => null,
            };
            if (same == null)
                return address;
            address = same;
        }
    }

    public static bool IsAddress(ITypeSymbol? type) => type is IPointerTypeSymbol || IntegerType.Of(type) is { Bits: IntegerType.NativeBits };

    /// <summary>null, default, 0, IntPtr.Zero.</summary>
    public static bool IsNull(IOperation operation)
    {
        operation = Constants.WithoutConversions(operation);
        return Constants.IsNull(operation) || Constants.IsZeroPointer(operation);
    }

    private static bool IsNativeInteger(ITypeSymbol? type) => type?.SpecialType is SpecialType.System_IntPtr or SpecialType.System_UIntPtr;
}
