// Fields of what a variable holds: `native.Name`, `node->Next`, `pair.Item1`. They are known as long as nothing can have written them: another
// value of the variable, a call that is given it, or a write to the same field of anything else ends that.

using System.Collections.Generic;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Flow;

/// <summary>Those places of one graph, by the variable.</summary>
internal sealed class MemberPlaces
{
    private readonly Dictionary<ISymbol, List<Place>> _byHolder = new(SymbolEqualityComparer.Default);
    private readonly List<Place> _all = [];

    public IReadOnlyList<Place> All => _all;

    public IReadOnlyList<Place> Of(ISymbol holder) => _byHolder.TryGetValue(holder, out List<Place>? found) ? found : [];

    public Place? Find(ISymbol holder, IFieldSymbol field)
    {
        foreach (Place place in Of(holder))
            if (SymbolEqualityComparer.Default.Equals(place.Symbol, field))
                return place;
        return null;
    }

    public Place Add(int number, ISymbol holder, IFieldSymbol field)
    {
        if (!_byHolder.TryGetValue(holder, out List<Place>? members))
            _byHolder.Add(holder, members = []);
        Place place = new(number, field, holder);
        members.Add(place);
        _all.Add(place);
        return place;
    }

    /// <summary>The variable in `variable.Field` and `pointer->Field`, or null.</summary>
    public static ISymbol? HolderOf(IOperation? instance)
    {
        if (instance is { Kind: OperationKind.None })
        {
            IOperation? only = null;
            foreach (IOperation child in instance.ChildOperations)
            {
                if (only != null)
                    return null;
                only = child;
            }

            instance = only?.Type is IPointerTypeSymbol ? only : null;
        }

        return VariableOf(instance);
    }

    public static ISymbol? VariableOf(IOperation? operation) => operation switch
    {
        ILocalReferenceOperation { Local: { IsRef: false } local } => local,
        IParameterReferenceOperation parameter => parameter.Parameter,
        _ => null,
    };
}
