// Sizes of unmanaged types as the runtime lays them out on 64-bit Linux: fields in order, each at a multiple of its own alignment (or of
// Pack, if that is less), the whole a multiple of the largest alignment. Only types of the compilation's own source are laid out:
// reference assemblies do not show the private fields of others.

using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using Faultline.Analyzers.Context;
using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Flow.Numbers;

/// <summary>sizeof(T), Unsafe.SizeOf&lt;T&gt;() and Marshal.SizeOf&lt;T&gt;().</summary>
internal sealed class TypeSizes
{
    /// <summary>A struct has at least one byte.</summary>
    private static readonly Interval SomeBytes = new(BigInteger.One, int.MaxValue);

    /// <summary>Also stops at a struct that contains itself, an error that is common while typing: it is entered before it is known.</summary>
    private readonly Dictionary<ITypeSymbol, (int Size, int Alignment)?> _structs = new(SymbolEqualityComparer.Default);
    private readonly KnownTypes _types;

    private TypeSizes(KnownTypes types) => _types = types;

    public static Interval Of(ITypeSymbol type, KnownTypes types)
        => new TypeSizes(types).Layout(type) is { } layout ? new Interval(layout.Size) : SomeBytes;

    /// <summary>Marshalling changes bool, char and what has them; numbers and pointers it leaves as they are.</summary>
    public static Interval Marshalled(ITypeSymbol type, KnownTypes types)
        => new TypeSizes(types).Layout(type) is { } layout && IsBlittable(type) ? new Interval(layout.Size) : SomeBytes;

    private static bool IsBlittable(ITypeSymbol type) => type switch
    {
        { SpecialType: SpecialType.System_Boolean or SpecialType.System_Char } => false,
        IPointerTypeSymbol or { TypeKind: TypeKind.Enum } => true,
        _ when Primitive(type.SpecialType) > 0 => true,
        INamedTypeSymbol { TypeKind: TypeKind.Struct } named => named.GetMembers().OfType<IFieldSymbol>().All(field => field.IsStatic || IsBlittable(field.Type)),
        _ => false,
    };

    private (int Size, int Alignment)? Layout(ITypeSymbol type)
    {
        if (type is IPointerTypeSymbol or IFunctionPointerTypeSymbol)
            return (8, 8);
        if (type is INamedTypeSymbol { TypeKind: TypeKind.Enum, EnumUnderlyingType: { } underlying })
            return Layout(underlying);
        if (Primitive(type.SpecialType) is var size and > 0)
            return (size, size);
        if (type.SpecialType == SpecialType.System_Decimal)
            return (16, 8);
        if (KnownTypes.Same(type, _types.Guid))
            return (16, 4);
        if (type is not INamedTypeSymbol { TypeKind: TypeKind.Struct, IsUnmanagedType: true, DeclaringSyntaxReferences.Length: > 0 } structure)
            return null;
        if (!_structs.TryGetValue(structure, out (int, int)? layout))
        {
            _structs.Add(structure, null);
            _structs[structure] = layout = LayoutFields(structure);
        }

        return layout;
    }

    private static int Primitive(SpecialType type) => type switch
    {
        SpecialType.System_Boolean or SpecialType.System_Byte or SpecialType.System_SByte => 1,
        SpecialType.System_Int16 or SpecialType.System_UInt16 or SpecialType.System_Char => 2,
        SpecialType.System_Int32 or SpecialType.System_UInt32 or SpecialType.System_Single => 4,
        SpecialType.System_Int64 or SpecialType.System_UInt64 or SpecialType.System_Double => 8,
        SpecialType.System_IntPtr or SpecialType.System_UIntPtr => 8,
        _ => 0,
    };

    private (int Size, int Alignment)? LayoutFields(INamedTypeSymbol structure)
    {
        StructDeclaration declared = StructDeclaration.Read(structure, _types);
        if (!declared.IsSequential)
            return null;
        long end = 0;
        int largest = 1;
        foreach (ISymbol member in structure.GetMembers())
        {
            if (member is not IFieldSymbol { IsStatic: false } field)
                continue;
            if (LayoutField(field) is not { } layout)
                return null;
            int alignment = declared.Pack > 0 ? Math.Min(layout.Alignment, declared.Pack) : layout.Alignment;
            end = Align(end, alignment) + layout.Size;
            largest = Math.Max(largest, alignment);
        }

        end = Math.Max(Align(Math.Max(end, 1), largest), declared.Size) * declared.Repeats;
        return end is > 0 and <= int.MaxValue ? ((int)end, largest) : null;
    }

    private (int Size, int Alignment)? LayoutField(IFieldSymbol field)
    {
        if (!field.IsFixedSizeBuffer)
            return Layout(field.Type);
        return field.Type is IPointerTypeSymbol element && Layout(element.PointedAtType) is { } one && (long)one.Size * field.FixedSize is > 0 and <= int.MaxValue
            ? (one.Size * field.FixedSize, one.Alignment) : null;
    }

    private static long Align(long offset, int alignment) => (offset + alignment - 1) / alignment * alignment;
}
