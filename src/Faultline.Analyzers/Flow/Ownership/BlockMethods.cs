// Names alone let many methods through: in a port of a C library most have one by which something is freed or allocated in the end. What a
// method does with blocks is told by solving it and all that it calls, which is dear. Here it is asked first whether it can be at all: a
// method frees a parameter only if it passes it, or what was made of it, to a call that frees, and answers a fresh block only if what such a
// call answered gets to a return. That is followed through names of variables, without order; what was read from memory is another pointer.

using System.Collections.Concurrent;
using System.Collections.Generic;
using Faultline.Analyzers.Context;
using Faultline.Analyzers.Flow.Numbers;
using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Flow.Ownership;

/// <summary>Says of most methods of the program, off their syntax, that they neither free a block for their caller nor answer one.</summary>
internal sealed class BlockMethods
{
    private readonly ConcurrentDictionary<IMethodSymbol, PassedOn> _passing = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<IMethodSymbol, object> _known = new(SymbolEqualityComparer.Default);
    private readonly Compilation _compilation;
    private readonly AllocationContext _context;
    private readonly MethodBodies _bodies;

    public BlockMethods(Compilation compilation, AllocationContext context, MethodBodies bodies)
    {
        _compilation = compilation;
        _context = context;
        _bodies = bodies;
    }

    public bool MayBe(IMethodSymbol method)
    {
        method = MethodBodies.DefinitionOf(method);
        return (bool)_known.GetOrAdd(method, Look);
    }

    private object Look(IMethodSymbol method)
    {
        if (Annotations.Answers(method) || MayAnswer(method))
            return true;
        foreach (IParameterSymbol parameter in method.Parameters)
            if (parameter.RefKind == RefKind.None && MayFree(parameter))
                return true;
        return false;
    }

    /// <summary>Whether the method gives the parameter to an API, or to a method that does.</summary>
    private bool MayFree(IParameterSymbol start)
    {
        Stack<IParameterSymbol> open = new();
        HashSet<IParameterSymbol> seen = new(SymbolEqualityComparer.Default);
        for (IParameterSymbol? next = start; next != null; next = open.Count > 0 ? open.Pop() : null)
        {
            if (!MayHoldAddress(next.Type) || IsRecord(next.Type) || next.ContainingSymbol is not IMethodSymbol method)
                continue;
            foreach ((IParameterSymbol parameter, bool isOfApi) in PassingOf(method).GivenFrom(next))
                if (isOfApi)
                    return true;
                else if (seen.Add(parameter))
                    open.Push(parameter);
        }

        return false;
    }

    /// <summary>Whether the method returns what an API has answered, or a method that does.</summary>
    private bool MayAnswer(IMethodSymbol start)
    {
        Stack<IMethodSymbol> open = new();
        HashSet<IMethodSymbol> seen = new(SymbolEqualityComparer.Default);
        for (IMethodSymbol? next = start; next != null; next = open.Count > 0 ? open.Pop() : null)
        {
            if (!MayHoldAddress(next.ReturnType))
                continue;
            foreach ((IMethodSymbol callee, bool isOwned) in PassingOf(next).Returned)
                if (isOwned)
                    return true;
                else if (seen.Add(callee))
                    open.Push(callee);
        }

        return false;
    }

    private PassedOn PassingOf(IMethodSymbol method)
        => _passing.TryGetValue(method, out PassedOn? known) ? known : _passing.GetOrAdd(method, Read(method));

    private PassedOn Read(IMethodSymbol method)
        => _bodies.DeclarationOf(method) is { } declaration && MethodSummaries.HandlesPointers(method)
            ? PassedOn.Read(declaration, Models.For(_compilation, declaration.SyntaxTree), _context) : PassedOn.Nothing;

    /// <summary>What is passed on out of a struct is another value than the struct.</summary>
    private static bool IsRecord(ITypeSymbol type)
        => type is { TypeKind: TypeKind.Struct, IsRefLikeType: false, OriginalDefinition.SpecialType: not SpecialType.System_Nullable_T } && IntegerType.Of(type) == null;

    /// <summary>Not what is too narrow for a pointer.</summary>
    private static bool MayHoldAddress(ITypeSymbol type)
        => type.SpecialType is not (SpecialType.System_Void or SpecialType.System_Boolean) && IntegerType.Of(type) is not { Bits: < IntegerType.NativeBits };
}
