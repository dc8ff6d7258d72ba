using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Context;

/// <summary>
/// Semantic models of other files than the one being analysed. Each costs the binding of what is asked from it, so it is asked only
/// for the initialisers of members that a size depends on, once a member (see <see cref="ConstantMembers"/>).
/// </summary>
internal static class Models
{
#pragma warning disable RS1030 // A value that is declared in another file cannot be read in any other way.
    public static SemanticModel For(Compilation compilation, SyntaxTree tree) => compilation.GetSemanticModel(tree);
#pragma warning restore RS1030
}
