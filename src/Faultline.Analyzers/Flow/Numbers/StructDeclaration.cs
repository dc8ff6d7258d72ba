using System.Collections.Generic;
using System.Runtime.InteropServices;
using Faultline.Analyzers.Context;
using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Flow.Numbers;

/// <summary>What a struct's attributes say about its layout; C#'s default is sequential.</summary>
internal readonly struct StructDeclaration
{
    private StructDeclaration(bool isSequential, int pack, int size, int repeats)
    {
        IsSequential = isSequential;
        Pack = pack;
        Size = size;
        Repeats = repeats;
    }

    public bool IsSequential { get; }

    /// <summary>The highest alignment of a field, or 0 for each field's own.</summary>
    public int Pack { get; }

    /// <summary>A lower limit in bytes, or 0.</summary>
    public int Size { get; }

    /// <summary>How often the one field of an inline array is there; 1 for other structs.</summary>
    public int Repeats { get; }

    public static StructDeclaration Read(INamedTypeSymbol structure, KnownTypes types)
    {
        bool isSequential = true;
        int pack = 0;
        int size = 0;
        int repeats = 1;
        foreach (AttributeData attribute in structure.GetAttributes())
        {
            if (attribute.ConstructorArguments.Length == 0)
                continue;
            if (KnownTypes.Same(attribute.AttributeClass, types.InlineArray) && attribute.ConstructorArguments[0].Value is int length)
                repeats = length;
            if (!KnownTypes.Same(attribute.AttributeClass, types.StructLayout))
                continue;
            isSequential = attribute.ConstructorArguments[0].Value is int and (int)LayoutKind.Sequential;
            foreach (KeyValuePair<string, TypedConstant> named in attribute.NamedArguments)
            {
                if (named.Key == nameof(StructLayoutAttribute.Pack) && named.Value.Value is int p)
                    pack = p;
                if (named.Key == nameof(StructLayoutAttribute.Size) && named.Value.Value is int s)
                    size = s;
            }
        }

        return new StructDeclaration(isSequential, pack, size, repeats);
    }
}
