using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Context;

/// <summary>
/// Declarations in other files than the one being analysed, and their semantic models. Each costs the binding of what is asked from it,
/// so it is asked only for what a size or a callee's effect depends on, once a member (see <see cref="ConstantMembers"/>).
/// </summary>
internal static class Models
{
#pragma warning disable RS1030 // A value that is declared in another file cannot be read in any other way.
    public static SemanticModel For(Compilation compilation, SyntaxTree tree) => compilation.GetSemanticModel(tree);
#pragma warning restore RS1030

    /// <summary>
    /// The one place in this compilation's source that declares the member, or null. An editor has the source of referenced projects at
    /// hand where a build has their assemblies: it is not read, so that both say the same.
    /// </summary>
    public static SyntaxNode? DeclarationOf(Compilation compilation, ISymbol member)
    {
        ImmutableArray<SyntaxReference> references = member.DeclaringSyntaxReferences;
        return references.Length == 1 && compilation.ContainsSyntaxTree(references[0].SyntaxTree) ? references[0].GetSyntax() : null;
    }
}
