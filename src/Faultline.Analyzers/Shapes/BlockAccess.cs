using System.Linq;
using System.Numerics;
using Faultline.Analyzers.Context;
using Faultline.Analyzers.Flow.Numbers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Shapes;

/// <summary>
/// A read or write at a constant distance from a pointer: p[3], *(p + 3), ((int*)p)[3], (p + 1)->field, Marshal.ReadInt32(p, 12). The
/// address of an element alone (&amp;p[n], the end of a block) is no access.
/// </summary>
internal sealed class BlockAccess
{
    private BlockAccess(SyntaxNode syntax, BigInteger offset, BigInteger bytes)
    {
        Syntax = syntax;
        Offset = offset;
        Bytes = bytes;
    }

    public SyntaxNode Syntax { get; }

    /// <summary>In bytes from the pointer.</summary>
    public BigInteger Offset { get; }

    /// <summary>At least this many bytes are read or written.</summary>
    public BigInteger Bytes { get; }

    /// <summary>Null if the pointer is not accessed, or not at a constant distance.</summary>
    public static BlockAccess? Of(IOperation pointer, KnownTypes types) => Of(pointer, BigInteger.Zero, types);

    private static BlockAccess? Of(IOperation pointer, BigInteger offset, KnownTypes types)
    {
        IOperation address = Addresses.Outermost(pointer);
        switch (address.Parent)
        {
            case IBinaryOperation { OperatorKind: BinaryOperatorKind.Add or BinaryOperatorKind.Subtract } sum when Addresses.IsAddress(sum.Type) && sum.LeftOperand == address:
                return Distance(sum.RightOperand, address.Type, types) is { } distance
                    ? Of(sum, sum.OperatorKind == BinaryOperatorKind.Add ? offset + distance : offset - distance, types) : null;
            case IArgumentOperation { Parent: IInvocationOperation call } argument:
                return OfMarshal(call, argument, offset, types);
            case { Kind: OperationKind.None } access when access.ChildOperations.FirstOrDefault() == address && address.Type is IPointerTypeSymbol { PointedAtType: var element }:
                return OfPointer(access, element, offset, types);
            default:
                return null;
        }
    }

    private static BlockAccess? OfPointer(IOperation access, ITypeSymbol element, BigInteger offset, KnownTypes types)
    {
        if (access.Parent is IAddressOfOperation)
            return null;
        BigInteger bytes = TypeSizes.Of(element, types).Low;
        return access.Syntax switch
        {
            ElementAccessExpressionSyntax when access.ChildOperations.ElementAtOrDefault(1) is { } index && Distance(index, element, bytes, types) is { } distance
                => new BlockAccess(access.Syntax, offset + distance, bytes),
            PrefixUnaryExpressionSyntax unary when unary.IsKind(SyntaxKind.PointerIndirectionExpression) => new BlockAccess(access.Syntax, offset, bytes),
            { Parent: MemberAccessExpressionSyntax member } when Addresses.IsPointee(access) => new BlockAccess(member, offset, BigInteger.One),
            _ => null,
        };
    }

    private static BlockAccess? OfMarshal(IInvocationOperation call, IArgumentOperation pointer, BigInteger offset, KnownTypes types)
    {
        if (!KnownTypes.Same(call.TargetMethod.ContainingType, types.Marshal) || pointer.Parameter?.Ordinal != 0 || BytesOf(call.TargetMethod.Name) is not { } bytes)
            return null;
        bool hasOffset = call.TargetMethod.Parameters.Length > 1 && call.TargetMethod.Parameters[1].Name == "ofs";
        if (!hasOffset)
            return new BlockAccess(call.Syntax, offset, bytes);
        return AllocationCall.ArgumentAt(call, 1) is { } distance && Constants.Read(distance) is { } constant ? new BlockAccess(call.Syntax, offset + constant.Low, bytes) : null;
    }

    private static int? BytesOf(string method) => method switch
    {
        "ReadByte" or "WriteByte" => 1,
        "ReadInt16" or "WriteInt16" => 2,
        "ReadInt32" or "WriteInt32" => 4,
        "ReadInt64" or "WriteInt64" or "ReadIntPtr" or "WriteIntPtr" => 8,
        _ => null,
    };

    private static BigInteger? Distance(IOperation count, ITypeSymbol? pointer, KnownTypes types)
        => pointer is IPointerTypeSymbol { PointedAtType: var element }
            ? Distance(count, element, TypeSizes.Of(element, types).Low, types)
            : Constants.Read(Constants.WithoutConversions(count))?.Low;

    private static BigInteger? Distance(IOperation count, ITypeSymbol element, BigInteger bytes, KnownTypes types)
        => TypeSizes.Of(element, types).IsExact && Constants.Read(Constants.WithoutConversions(count)) is { } constant ? constant.Low * bytes : null;
}
