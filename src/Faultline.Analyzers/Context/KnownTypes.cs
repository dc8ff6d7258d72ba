using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Context;

/// <summary>The framework's types whose members the engine understands; null where the compilation does not have one.</summary>
internal sealed class KnownTypes
{
    public KnownTypes(Compilation compilation)
    {
        NativeMemory = compilation.GetTypeByMetadataName(Api.AllocationApis.NativeMemoryType);
        Marshal = compilation.GetTypeByMetadataName("System.Runtime.InteropServices.Marshal");
        Unsafe = compilation.GetTypeByMetadataName("System.Runtime.CompilerServices.Unsafe");
        Math = compilation.GetTypeByMetadataName("System.Math");
        BitOperations = compilation.GetTypeByMetadataName("System.Numerics.BitOperations");
        ArgumentOutOfRange = compilation.GetTypeByMetadataName("System.ArgumentOutOfRangeException");
        Span = compilation.GetTypeByMetadataName("System.Span`1");
        ReadOnlySpan = compilation.GetTypeByMetadataName("System.ReadOnlySpan`1");
        Object = compilation.GetSpecialType(SpecialType.System_Object);
        Guid = compilation.GetTypeByMetadataName("System.Guid");
        StructLayout = compilation.GetTypeByMetadataName("System.Runtime.InteropServices.StructLayoutAttribute");
        InlineArray = compilation.GetTypeByMetadataName("System.Runtime.CompilerServices.InlineArrayAttribute");
    }

    public INamedTypeSymbol? NativeMemory { get; }

    public INamedTypeSymbol? Marshal { get; }

    public INamedTypeSymbol? Unsafe { get; }

    public INamedTypeSymbol? Math { get; }

    public INamedTypeSymbol? BitOperations { get; }

    public INamedTypeSymbol? ArgumentOutOfRange { get; }

    public INamedTypeSymbol? Span { get; }

    public INamedTypeSymbol? ReadOnlySpan { get; }

    public INamedTypeSymbol Object { get; }

    public INamedTypeSymbol? Guid { get; }

    public INamedTypeSymbol? StructLayout { get; }

    public INamedTypeSymbol? InlineArray { get; }

    public static bool Same(ISymbol? symbol, INamedTypeSymbol? known) => known != null && SymbolEqualityComparer.Default.Equals(symbol, known);
}
