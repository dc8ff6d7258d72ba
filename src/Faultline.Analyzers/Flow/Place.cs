using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Flow;

/// <summary>
/// Something that holds a value while a method runs: a local, a parameter, a field of this object or of a type, a field of what a variable
/// holds, or a flow capture, by which the graph keeps the value of a ?:, ?? or switch expression. Numbered by the
/// <see cref="FollowedPlaces"/> that made it.
/// </summary>
internal readonly struct Place
{
    public Place(int number, ISymbol? symbol, ISymbol? holder = null)
    {
        Number = number;
        Symbol = symbol;
        Holder = holder;
    }

    public int Number { get; }

    /// <summary>Null for a flow capture.</summary>
    public ISymbol? Symbol { get; }

    /// <summary>The variable in whose struct or object the field lies (`node.Next`, `node->Next`); null for all others.</summary>
    public ISymbol? Holder { get; }

    /// <summary>A field of this object or of a type.</summary>
    public bool IsField => Symbol is IFieldSymbol && Holder == null;

    /// <summary>Calls may write it unseen.</summary>
    public bool IsShared => Symbol is IFieldSymbol;
}
