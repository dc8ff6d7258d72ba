using Faultline.Analyzers.Flow.Numbers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
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

    /// <summary>
    /// Whether the operation is what its first child, a pointer, points at: p[i], *p, or the p of p->member. Roslyn has no operations for
    /// them; they are of no kind, and only the syntax tells.
    /// </summary>
    public static bool IsPointee(IOperation operation)
        => operation.Kind == OperationKind.None && operation.Syntax switch
        {
            ElementAccessExpressionSyntax => true,
            PrefixUnaryExpressionSyntax unary => unary.IsKind(SyntaxKind.PointerIndirectionExpression),
            { Parent: MemberAccessExpressionSyntax member } => member.IsKind(SyntaxKind.PointerMemberAccessExpression) && member.Expression == operation.Syntax,
            _ => false,
        };

    /// <summary>null, default, 0, IntPtr.Zero.</summary>
    public static bool IsNull(IOperation operation)
    {
        operation = Constants.WithoutConversions(operation);
        return Constants.IsNull(operation) || Constants.IsZeroPointer(operation);
    }

    private static bool IsNativeInteger(ITypeSymbol? type) => type?.SpecialType is SpecialType.System_IntPtr or SpecialType.System_UIntPtr;
}
