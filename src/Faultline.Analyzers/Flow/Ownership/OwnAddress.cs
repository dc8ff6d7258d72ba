// A struct in native memory can give back the block that it lies in: NativeMemory.Free(Unsafe.AsPointer(ref this)), as reference counts do.
// Methods that could are told by their syntax: they take the address of `this`, or call one of their own that does.

using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using Faultline.Analyzers.Context;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Faultline.Analyzers.Flow.Ownership;

/// <summary>Looks at methods of structs, each once a compilation.</summary>
internal sealed class OwnAddress
{
    private const int DepthLimit = 3;

    private readonly ConcurrentDictionary<IMethodSymbol, bool> _known = new(SymbolEqualityComparer.Default);
    private readonly Compilation _compilation;

    public OwnAddress(Compilation compilation) => _compilation = compilation;

    /// <summary>Of a method whose source is not at hand nobody knows.</summary>
    public bool IsTakenBy(IMethodSymbol method) => _known.GetOrAdd(MethodBodies.DefinitionOf(method), found => IsTakenBy(found, DepthLimit));

    private bool IsTakenBy(IMethodSymbol method, int depth)
    {
        if (method.IsStatic || method.IsReadOnly && method.DeclaringSyntaxReferences.IsEmpty)
            return false;
        if (depth == 0 || Models.DeclarationOf(_compilation, method) is not { } declaration)
            return method.ContainingType.SpecialType == SpecialType.None;
        foreach (SyntaxNode node in declaration.DescendantNodes())
            if (node is ThisExpressionSyntax self && IsAddressed(self) || node is InvocationExpressionSyntax call && Callees(call, method.ContainingType).Any(own => IsTakenBy(own, depth - 1)))
                return true;
        return false;
    }

    /// <summary>`ref this`, `in this`, `&amp;this`.</summary>
    private static bool IsAddressed(ThisExpressionSyntax self)
        => self.Parent is RefExpressionSyntax or ArgumentSyntax { RefKindKeyword.RawKind: not 0 } || self.Parent.IsKind(SyntaxKind.AddressOfExpression);

    private static IEnumerable<IMethodSymbol> Callees(InvocationExpressionSyntax call, INamedTypeSymbol type) => call.Expression switch
    {
        IdentifierNameSyntax name => type.GetMembers(name.Identifier.ValueText).OfType<IMethodSymbol>(),
        MemberAccessExpressionSyntax { Expression: ThisExpressionSyntax, Name: var name } => type.GetMembers(name.Identifier.ValueText).OfType<IMethodSymbol>(),
        _ => [],
    };
}
