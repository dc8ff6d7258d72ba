using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Shapes;

/// <summary>What an expression that names a pointer does with it.</summary>
internal enum PointerUseKind
{
    /// <summary>Stored, returned, or put to a use that is not understood.</summary>
    Other,

    /// <summary>p[i], *p, p->f: what it points at is read or written.</summary>
    Access,

    /// <summary>p == q.</summary>
    Compared,

    /// <summary>Passed to the framework or to native code, which do not keep it beyond the call or do not free it; made a span of.</summary>
    Lent,

    /// <summary>Passed to a method of the program, or of another library.</summary>
    Passed,
}

/// <summary>Classifies uses; arithmetic on the pointer counts as the use of its result.</summary>
internal static class PointerUse
{
    public static PointerUseKind Of(IOperation reference)
    {
        IOperation address = Addresses.Outermost(reference);
        switch (address.Parent)
        {
            case IBinaryOperation { OperatorKind: BinaryOperatorKind.Add or BinaryOperatorKind.Subtract } sum when Addresses.IsAddress(sum.Type):
                return Of(sum);
            case IBinaryOperation { Type.SpecialType: SpecialType.System_Boolean }:
                return PointerUseKind.Compared;
            case IArgumentOperation { Parent: IObjectCreationOperation { Type: { IsRefLikeType: true } span } } when IsSpan(span):
                return PointerUseKind.Lent;
            case IArgumentOperation { Parameter.RefKind: RefKind.None, Parent: IInvocationOperation call }:
                return IsLending(call.TargetMethod) ? PointerUseKind.Lent : PointerUseKind.Passed;
            case { } access when Addresses.IsPointee(access) && access.ChildOperations.First() == address:
                return PointerUseKind.Access;
            default:
                return PointerUseKind.Other;
        }
    }

    private static bool IsSpan(ITypeSymbol type) => type is { Name: "Span" or "ReadOnlySpan", ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true } };

    /// <summary>Native code gets a pointer for the call; the framework's static methods read and write through it.</summary>
    private static bool IsLending(IMethodSymbol method)
    {
        if (method.IsExtern || method.GetDllImportData() != null)
            return true;
        string type = method.ContainingType.ToDisplayString();
        return type is "System.Runtime.CompilerServices.Unsafe" or "System.Buffer"
            || type == Api.AllocationApis.NativeMemoryType && method.Name is "Clear" or "Copy" or "Fill"
            || type == Api.AllocationApis.MarshalType && IsAccess(method.Name);
    }

    private static bool IsAccess(string name)
        => name.StartsWith("Read", System.StringComparison.Ordinal) || name.StartsWith("Write", System.StringComparison.Ordinal) || name.StartsWith("PtrTo", System.StringComparison.Ordinal)
            || name is "Copy" or "StructureToPtr" or "DestroyStructure";
}
