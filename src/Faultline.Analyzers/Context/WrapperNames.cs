// The name filter lets through what may allocate or free. The program's own methods around the APIs do too, and their names are not in the
// table: they are found in the syntax. A method allocates for its caller if it returns what such a call answers, and frees for its caller if it
// gives such a call one of its parameters; in a port of a C library every other method leads to malloc somewhere, and none of those count.
// Files are asked for each new name again, in their arrays of names (InvokedNames).

using System.Linq;
using Faultline.Api;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Faultline.Analyzers.Context;

/// <summary>Finds the methods of a compilation that stand between a body and an allocation API.</summary>
internal sealed class WrapperNames
{
    private static readonly NameSet s_annotations = new("ReturnsOwned", "ReturnsOwnedAttribute", "TakesOwnership", "TakesOwnershipAttribute");

    private readonly NameSet _allocating = new();
    private readonly NameSet _releasing = new();
    private readonly NameSet _callers;

    /// <param name="names">Those of the APIs and of renamed imports, which may do either; the methods' names are added.</param>
    /// <param name="callers">Gets the names of all methods and types' constructors that invoke something by one of the names.</param>
    public static void AddTo(NameSet names, NameSet callers, Compilation compilation) => new WrapperNames(names, callers).Grow(names, compilation);

    private WrapperNames(NameSet names, NameSet callers)
    {
        _callers = callers;
        foreach (string name in names.Names)
        {
            bool isApi = AllocationApis.All.Any(api => api.Method == name);
            if (!isApi || AllocationApis.All.Any(api => api.Method == name && api.Allocates))
                _allocating.Add(name);
            if (!isApi || AllocationApis.All.Any(api => api.Method == name && (api.Frees || api.Effect == AllocationEffect.Reallocate)))
                _releasing.Add(name);
        }
    }

    private void Grow(NameSet names, Compilation compilation)
    {
        foreach (SyntaxTree tree in compilation.SyntaxTrees)
            AddAnnotated(tree, names);
        NameSet asked = new([.. names.Names]);
        while (!asked.IsEmpty)
        {
            NameSet fresh = new();
            foreach (SyntaxTree tree in compilation.SyntaxTrees)
                if (InvokedNames.Of(tree) is var invoked && invoked.Any(asked))
                    foreach (SyntaxToken token in invoked.Tokens(tree.GetRoot(), asked))
                        Look(token, fresh);
            foreach (string name in fresh.Names)
                names.Add(name);
            asked = fresh;
        }
    }

    private void AddAnnotated(SyntaxTree tree, NameSet names)
    {
        if (!InvokedNames.Of(tree).Any(s_annotations))
            return;
        foreach (SyntaxToken token in InvokedNames.Of(tree).Tokens(tree.GetRoot(), s_annotations))
            if (token.Parent?.FirstAncestorOrSelf<AttributeSyntax>()?.FirstAncestorOrSelf<MethodDeclarationSyntax>() is { } method)
            {
                names.Add(method.Identifier.ValueText);
                _allocating.Add(method.Identifier.ValueText);
                _releasing.Add(method.Identifier.ValueText);
            }
    }

    /// <summary>The method around an invocation of one of the names.</summary>
    private void Look(SyntaxToken name, NameSet fresh)
    {
        if (InvokedNames.InvocationOf(name) is not { } call || call.FirstAncestorOrSelf<BaseMethodDeclarationSyntax>() is not { } caller)
            return;
        if (caller is ConstructorDeclarationSyntax constructor)
            _callers.Add(constructor.Identifier.ValueText);
        if (caller is not MethodDeclarationSyntax method)
            return;
        string around = method.Identifier.ValueText;
        _callers.Add(around);
        bool isNew = _allocating.Contains(name.ValueText) && Wrapping.Returns(method, call) && _allocating.Add(around);
        isNew |= _releasing.Contains(name.ValueText) && Wrapping.PassesOn(method, call) && _releasing.Add(around);
        if (isNew)
            fresh.Add(around);
    }
}
