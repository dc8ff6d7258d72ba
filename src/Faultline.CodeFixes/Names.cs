using System.Linq;
using Microsoft.CodeAnalysis;

namespace Faultline.CodeFixes;

/// <summary>Names of the framework's types, as short as the usings at a place allow.</summary>
internal static class Names
{
    /// <param name="metadataName">System.Span`1; the type arguments are left to the caller.</param>
    public static string Of(string metadataName, SemanticModel model, int position)
    {
        INamedTypeSymbol? type = model.Compilation.GetTypeByMetadataName(metadataName);
        string full = metadataName.Split('`')[0];
        string name = full.Substring(full.LastIndexOf('.') + 1);
        bool isInScope = model.LookupNamespacesAndTypes(position, name: name).Any(found => SymbolEqualityComparer.Default.Equals(found, type));
        return isInScope ? name : "global::" + full;
    }
}
