// Who calls a method that only its own assembly can call, found by name in the files and then bound. What is passed there says what a
// parameter can be; a method that is called by nobody whom this compilation shows (a delegate, reflection) could be passed anything.

using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace Faultline.Analyzers.Context;

/// <summary>The calls of a compilation's own methods.</summary>
internal sealed class Callers
{
    /// <summary>Each call costs the binding of its body, so only so many are looked at.</summary>
    private const int Most = 16;

    private readonly Compilation _compilation;

    public Callers(Compilation compilation) => _compilation = compilation;

    /// <summary>What the first calls, in the order of the files, pass for a parameter of a method or constructor.</summary>
    public IEnumerable<IOperation> ArgumentsFor(IParameterSymbol parameter)
        => parameter.ContainingSymbol.OriginalDefinition is IMethodSymbol { MethodKind: MethodKind.Ordinary or MethodKind.Constructor } method
            ? Find(method).Take(Most).Select(arguments => arguments.FirstOrDefault(passed => passed.Parameter?.Ordinal == parameter.Ordinal)?.Value).OfType<IOperation>()
            : [];

    private IEnumerable<IEnumerable<IArgumentOperation>> Find(IMethodSymbol method)
    {
        NameSet name = new(method.MethodKind == MethodKind.Constructor ? method.ContainingType.Name : method.Name);
        foreach (SyntaxTree tree in _compilation.SyntaxTrees)
        {
            InvokedNames names = InvokedNames.Of(tree);
            if (!names.Any(name))
                continue;
            SemanticModel model = Models.For(_compilation, tree);
            foreach (SyntaxToken token in names.Tokens(tree.GetRoot(), name))
                if (CallOf(token) is { } call && ArgumentsOf(model.GetOperation(call), method) is { } arguments)
                    yield return arguments;
        }
    }

    private static SyntaxNode? CallOf(SyntaxToken name)
        => (SyntaxNode?)InvokedNames.InvocationOf(name) ?? name.Parent?.FirstAncestorOrSelf<SyntaxNode>(node => node is not NameSyntax) as ObjectCreationExpressionSyntax;

    private static IEnumerable<IArgumentOperation>? ArgumentsOf(IOperation? call, IMethodSymbol method) => call switch
    {
        IInvocationOperation invocation when Same(invocation.TargetMethod, method) => invocation.Arguments,
        IObjectCreationOperation { Constructor: { } constructor } creation when Same(constructor, method) => creation.Arguments,
        _ => null,
    };

    private static bool Same(IMethodSymbol called, IMethodSymbol method) => SymbolEqualityComparer.Default.Equals(called.OriginalDefinition, method);
}
