using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Flow;

/// <summary>
/// Something that holds a value while a method runs: a local, a parameter, a field of this object or of a type, or a flow capture, by
/// which the graph keeps the value of a ?:, ?? or switch expression. Numbered by the <see cref="FollowedPlaces"/> that made it.
/// </summary>
internal readonly struct Place
{
    public Place(int number, ISymbol? symbol)
    {
        Number = number;
        Symbol = symbol;
    }

    public int Number { get; }

    /// <summary>Null for a flow capture.</summary>
    public ISymbol? Symbol { get; }

    public bool IsField => Symbol is IFieldSymbol;
}
