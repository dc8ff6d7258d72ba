// A method's source is asked for by whoever calls it: for what it does with pointers, and for whether it may throw. Binding it and making
// its control-flow graph costs more than solving it, so both are done once a compilation.

using System.Collections.Concurrent;
using System.Linq;
using Faultline.Analyzers.Context;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;

namespace Faultline.Analyzers.Flow.Ownership;

/// <summary>The graphs of methods whose source is at hand and not too long.</summary>
internal sealed class MethodBodies
{
    private const int Largest = 20_000; // characters

    private readonly ConcurrentDictionary<IMethodSymbol, MethodBody?> _known = new(SymbolEqualityComparer.Default);
    private readonly Compilation _compilation;
    private readonly AllocationContext _context;

    public MethodBodies(Compilation compilation, AllocationContext context)
    {
        _compilation = compilation;
        _context = context;
    }

    /// <summary>How many methods have been read.</summary>
    public int Count => _known.Count;

    /// <summary>The method that a call of this one is a call of: without type arguments, and the part that has a body.</summary>
    public static IMethodSymbol DefinitionOf(IMethodSymbol method)
    {
        method = method.OriginalDefinition;
        return method.PartialImplementationPart ?? method;
    }

    /// <summary>Null if the source does not tell what a call does: there is none, or another method may run in its place.</summary>
    public SyntaxNode? DeclarationOf(IMethodSymbol method)
        => MayBeReplaced(method) || method.IsAsync || method.MethodKind == MethodKind.AnonymousFunction ? null : Models.DeclarationOf(_compilation, method);

    /// <summary>Null for what is too long, or no method with a body of its own.</summary>
    public MethodBody? Of(IMethodSymbol method, SyntaxNode declaration)
    {
        if (_known.TryGetValue(method, out MethodBody? known))
            return known;
        if (declaration is LocalFunctionStatementSyntax)
            return _known.GetOrAdd(method, Inside(method, declaration));
        bool isShort = declaration is BaseMethodDeclarationSyntax && declaration.FullSpan.Length <= Largest;
        return _known.GetOrAdd(method, isShort ? Read(declaration) : null);
    }

    /// <summary>A local function has its graph from the function around it.</summary>
    private MethodBody? Inside(IMethodSymbol method, SyntaxNode declaration)
    {
        SyntaxNode? around = declaration.Ancestors().FirstOrDefault(static outer => outer is LocalFunctionStatementSyntax or AnonymousFunctionExpressionSyntax or MemberDeclarationSyntax);
        if (around is not (LocalFunctionStatementSyntax or BaseMethodDeclarationSyntax) || method.ContainingSymbol is not IMethodSymbol outer || Of(outer, around) is not { } body)
            return null;
        return body.Graph.LocalFunctions.Contains(method) ? new MethodBody(body.Graph.GetLocalFunctionControlFlowGraph(method), body.Uses, body.Captures) : null;
    }

    private MethodBody? Read(SyntaxNode declaration)
        => Models.For(_compilation, declaration.SyntaxTree).GetOperation(declaration) is { } root && GraphForest.Create(root) is { } graph
            ? new MethodBody(graph, new VariableUses(root, _context), new CapturedVariables(root, _context)) : null;

    /// <summary>A virtual method may be another one where it is called.</summary>
    private static bool MayBeReplaced(IMethodSymbol method)
        => method.IsAbstract || method.IsExtern || ((method.IsVirtual || method.IsOverride) && !method.IsSealed && !method.ContainingType.IsSealed);
}

/// <summary>What every reading of a method starts from.</summary>
internal sealed class MethodBody
{
    public MethodBody(ControlFlowGraph graph, VariableUses uses, CapturedVariables captures)
    {
        Graph = graph;
        Uses = uses;
        Captures = captures;
    }

    public ControlFlowGraph Graph { get; }

    public VariableUses Uses { get; }

    public CapturedVariables Captures { get; }
}
