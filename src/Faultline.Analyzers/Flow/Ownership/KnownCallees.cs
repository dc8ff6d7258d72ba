// The framework's methods that are given pointers and do not keep them. Everything that is not named here may keep what it is given.

using System.Collections.Generic;
using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Flow.Ownership;

/// <summary>What is known of the framework's methods; the table is by type, with the exceptions of a type beside it.</summary>
internal static class KnownCallees
{
    /// <summary>Types whose methods do not keep pointers, and do not throw but for a wrong argument.</summary>
    private static readonly HashSet<string> Quiet =
    [
        "System.Runtime.InteropServices.Marshal", "System.Runtime.InteropServices.NativeMemory", "System.Runtime.InteropServices.MemoryMarshal",
        "System.Runtime.CompilerServices.Unsafe", "System.Buffer", "System.Span`1", "System.ReadOnlySpan`1", "System.MemoryExtensions", "System.IntPtr", "System.UIntPtr",
        "System.Math", "System.MathF", "System.BitConverter", "System.GC", "System.Threading.Interlocked", "System.Threading.Volatile", "System.Threading.Thread",
        "System.Diagnostics.Debug", "System.Diagnostics.Stopwatch", "System.Numerics.BitOperations", "System.Object", "System.Environment", "System.Array",
        "System.Threading.Monitor", "System.OperatingSystem", "System.Runtime.InteropServices.RuntimeInformation",
    ];

    /// <summary>Types whose methods do not keep pointers but may throw.</summary>
    private static readonly HashSet<string> Borrowing =
    [
        "System.String", "System.Console", "System.Text.Encoding", "System.Text.Encoder", "System.Text.Decoder", "System.IO.UnmanagedMemoryStream", "System.Convert",
        "System.ArgumentNullException", "System.ArgumentOutOfRangeException", "System.ObjectDisposedException", "System.Diagnostics.Trace", "System.HashCode",
        "System.IO.RandomAccess", "System.IO.Stream", "System.IO.TextWriter", "System.Buffers.Text.Base64", "System.Buffers.Binary.BinaryPrimitives",
    ];

    /// <summary>Methods of those types that store the parameter called val or value.</summary>
    private static readonly HashSet<string> Storing = ["WriteIntPtr", "WriteInt64", "Exchange", "CompareExchange", "Write"];

    public static CalleeEffect? Find(IMethodSymbol method)
    {
        if (!method.DeclaringSyntaxReferences.IsEmpty)
            return null;
        string type = NameOf(method.ContainingType);
        bool isQuiet = Quiet.Contains(type) || type.StartsWith("System.Runtime.Intrinsics.", System.StringComparison.Ordinal);
        if (method.Name is "AddrOfPinnedObject" or "GetAddressOfObjectData" or "GetAddressOfArrayData" or "GetAddressOfStringData" or "UnsafeAddrOfPinnedArrayElement")
            return new CalleeEffect([], ParameterEffect.None, mayThrow: false) { ReturnsManaged = true };
        if (!isQuiet && !Borrowing.Contains(type))
            return null;

        IMethodSymbol definition = method.OriginalDefinition;
        ParameterEffect[] effects = new ParameterEffect[definition.Parameters.Length];
        foreach (IParameterSymbol parameter in definition.Parameters)
            effects[parameter.Ordinal] = EffectOn(parameter, method);
        return new CalleeEffect(effects, ParameterEffect.None, mayThrow: !isQuiet && !IsQuestion(method), returnsParameter: Aliased(definition, type), returnsStart: ReturnsStart(definition));
    }

    /// <summary>string.IsNullOrEmpty and its like.</summary>
    private static bool IsQuestion(IMethodSymbol method) => method.ReturnType.SpecialType == SpecialType.System_Boolean && method.ContainingType.SpecialType == SpecialType.System_String;

    private static ParameterEffect EffectOn(IParameterSymbol parameter, IMethodSymbol method)
    {
        bool isStored = parameter.Name is "val" or "value" && Storing.Contains(method.Name);
        if (isStored || method.Name is "InitHandle" or "GetDelegateForFunctionPointer")
            return ParameterEffect.Escapes;
        if (parameter.Type is ITypeParameterSymbol && parameter.RefKind == RefKind.None)
            return method.Name is "SizeOf" ? ParameterEffect.None : ParameterEffect.Escapes;
        bool isFormatted = method.ContainingType.Name is "Console" or "Debug" or "Trace" or "Convert" or "HashCode" or "IntPtr" or "UIntPtr" or "Math" or "Object"
            || method.ContainingType.Name.EndsWith("Exception", System.StringComparison.Ordinal);
        return isFormatted ? ParameterEffect.None : ParameterEffect.Uses;
    }

    /// <summary>The parameter into whose block the result points.</summary>
    private static int Aliased(IMethodSymbol method, string type)
    {
        bool isReference = method.ReturnsByRef || method.ReturnsByRefReadonly || method.ReturnType is IPointerTypeSymbol || method.ReturnType.IsRefLikeType
            || method.ReturnType.SpecialType is SpecialType.System_IntPtr or SpecialType.System_UIntPtr;
        bool isAliasing = isReference && method.IsStatic && method.Parameters.Length > 0
            && type is "System.Runtime.CompilerServices.Unsafe" or "System.Runtime.InteropServices.MemoryMarshal" or "System.MemoryExtensions" or "System.IntPtr" or "System.UIntPtr" or "System.Math";
        return isAliasing ? 0 : -1;
    }

    private static bool ReturnsStart(IMethodSymbol method)
        => method.Name is "AsPointer" or "AsRef" or "As" or "GetReference" or "op_Explicit" or "op_Implicit" or "CreateSpan" or "CreateReadOnlySpan" or "Cast" or "AsBytes";

    private static string NameOf(INamedTypeSymbol type)
    {
        INamedTypeSymbol outermost = type;
        while (outermost.ContainingType is { } outer)
            outermost = outer;
        return outermost.ContainingNamespace.ToDisplayString() + "." + outermost.MetadataName;
    }
}
