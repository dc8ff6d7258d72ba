// Which operations name a place that a forward pass follows. The graph puts a flow capture between an assignment and its target when
// the right side branches (x = a ? b : c): such a capture stands for the place itself, not for its value.

using System;
using System.Collections.Generic;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Flow;

/// <summary>The places of one control-flow graph.</summary>
internal sealed class FollowedPlaces
{
    private readonly Dictionary<ISymbol, int> _symbols = new(SymbolEqualityComparer.Default);
    private readonly Dictionary<object, Capture> _captures = []; // by CaptureId; a dictionary over structs would have to be compiled for them
    private readonly Dictionary<SyntaxNode, int> _calls = [];
    private readonly List<ISymbol?> _symbolOf = [];
    private readonly VariableUses _uses;
    private readonly ISymbol _owner;
    private readonly bool _followFields;
    private readonly MemberPlaces? _members;
    private readonly Dictionary<IPropertySymbol, IFieldSymbol?> _backing = new(SymbolEqualityComparer.Default);
    private Place? _result;

    /// <param name="graph">Null where there is only an expression, such as a field's initializer.</param>
    /// <param name="followMembers">Fields of what variables hold, and automatic properties, that hold pointers.</param>
    /// <param name="owner">The member whose body is looked at: a primary constructor's parameters are not its own in another member.</param>
    public FollowedPlaces(ControlFlowGraph? graph, VariableUses uses, ISymbol owner, bool followFields, bool followMembers = false)
    {
        _uses = uses;
        _owner = owner;
        _followFields = followFields;
        _members = followMembers ? new MemberPlaces() : null;
        if (graph == null)
            return;
        foreach (BasicBlock block in graph.Blocks)
            foreach (IOperation operation in block.Operations)
                if (operation is IFlowCaptureOperation capture)
                {
                    Capture made = CaptureOf(capture.Id);
                    made.Value = made.IsMade ? null : capture.Value;
                    made.IsMade = true;
                }
    }

    public bool IsWrittenOnce(ILocalSymbol local) => _uses.IsWrittenOnce(local);

    public bool MayFollow(ISymbol variable) => _uses.MayFollow(variable);

    public IReadOnlyList<Place> Members => _members?.All ?? [];

    public IReadOnlyList<Place> MembersOf(ISymbol holder) => _members?.Of(holder) ?? [];

    /// <summary>The symbol of the place with that number; null for a flow capture.</summary>
    public ISymbol? SymbolOf(int number) => _symbolOf[number];

    public Place Of(ISymbol symbol)
    {
        if (!_symbols.TryGetValue(symbol, out int number))
            _symbols.Add(symbol, number = Add(symbol));
        return new Place(number, symbol);
    }

    /// <summary>What the body returns, kept while its finally blocks run.</summary>
    public Place Result => _result ??= new Place(Add(null), null);

    /// <summary>What a call has answered last.</summary>
    public Place OfCall(SyntaxNode call)
    {
        if (!_calls.TryGetValue(call, out int number))
            _calls.Add(call, number = Add(null));
        return new Place(number, null);
    }

    public Place Of(CaptureId capture)
    {
        Capture known = CaptureOf(capture);
        if (known.Number < 0)
            known.Number = Add(null);
        return new Place(known.Number, null);
    }

    /// <summary>The state without the locals and captures of a region, so that states stay small in long methods.</summary>
    public Knowledge<TValue> Leave<TValue>(ControlFlowRegion region, Knowledge<TValue> state)
        where TValue : IEquatable<TValue>
    {
        foreach (CaptureId capture in region.CaptureIds)
            state = state.Forget(Of(capture));
        foreach (ILocalSymbol local in region.Locals)
            state = state.Forget(Of(local));
        return state;
    }

    /// <summary>The place that an expression reads, or null if it is none or may not be followed.</summary>
    public Place? Of(IOperation operation) => operation switch
    {
        ILocalReferenceOperation { Local: { IsRef: false } local } when _uses.MayFollow(local) => Of(local),
        IParameterReferenceOperation { Parameter: { RefKind: RefKind.None } parameter } when IsOwn(parameter) && _uses.MayFollow(parameter) => Of(parameter),
        IFlowCaptureReferenceOperation capture => Of(capture.Id),
        IFieldReferenceOperation { Field: { IsVolatile: false } field, Instance: null or IInstanceReferenceOperation } when _followFields => Of(field),
        IFieldReferenceOperation { Field.IsVolatile: false } member when _members != null => OfMember(member),
        IPropertyReferenceOperation { Instance: null or IInstanceReferenceOperation } property when _members != null && BackingOf(property.Property) is { } field => Of(field),
        _ => null,
    };

    private Place? OfMember(IFieldReferenceOperation member)
        => MemberPlaces.HolderOf(member.Instance) is { } holder && (holder is not IParameterSymbol parameter || IsOwn(parameter)) ? OfMember(holder, member.Field) : null;

    /// <summary>Null if it holds no pointer, or the variable may not be followed.</summary>
    public Place? OfMember(ISymbol holder, IFieldSymbol field)
    {
        field = field.CorrespondingTupleField ?? field;
        if (_members == null || !Ownership.Pointers.IsPointerLike(field.Type) || !_uses.MayFollow(holder))
            return null;
        return _members.Find(holder, field) ?? _members.Add(Add(field), holder, field);
    }

    private IFieldSymbol? BackingOf(IPropertySymbol property)
    {
        if (!Ownership.Pointers.IsPointerLike(property.Type) || property.IsVirtual || property.IsOverride || property.IsAbstract)
            return null;
        if (!_backing.TryGetValue(property, out IFieldSymbol? field))
            _backing.Add(property, field = Automatic.FieldOf(property));
        return field;
    }

    /// <summary>The place that an assignment to the expression writes.</summary>
    public Place? OfTarget(IOperation target) => target switch
    {
        IFlowCaptureReferenceOperation capture => Captured(capture.Id) is { } captured ? Of(captured) : null,
        IDeclarationExpressionOperation declaration => OfTarget(declaration.Expression),
        _ => Of(target),
    };

    /// <summary>What a flow capture was made of; null if it was made in several places.</summary>
    public IOperation? Captured(CaptureId capture) => CaptureOf(capture).Value;

    private Capture CaptureOf(object id)
    {
        if (!_captures.TryGetValue(id, out Capture? capture))
            _captures.Add(id, capture = new Capture());
        return capture;
    }

    private int Add(ISymbol? symbol)
    {
        _symbolOf.Add(symbol);
        return _symbolOf.Count - 1;
    }

    private bool IsOwn(IParameterSymbol parameter)
        => parameter.ContainingSymbol is not IMethodSymbol { MethodKind: MethodKind.Constructor } constructor
            || SymbolEqualityComparer.Default.Equals(constructor, _owner);

    private sealed class Capture
    {
        public int Number { get; set; } = -1;

        /// <summary>What it was made of; null if in several places.</summary>
        public IOperation? Value { get; set; }

        public bool IsMade { get; set; }
    }
}
