using Faultline.Analyzers.Context;
using Faultline.Analyzers.Flow.Ownership;
using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Rules;

/// <summary>FLT1009: a block is stored in a private field, and no member of the type frees the field or hands it on.</summary>
internal sealed class FieldNeverFreed : Rule
{
    public const string Id = "FLT1009";

    private static readonly DiagnosticDescriptor s_descriptor = new(
        Id,
        "Field holds native memory that its type never frees",
        "The field '{0}' holds the block from '{1}', and nothing in '{2}' frees it or hands it on: each object leaks {3} (glibc on Linux)",
        Categories.Reliability,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "An object that owns native memory needs a Dispose, a finalizer or a SafeHandle that frees it.",
        HelpLink(Id));

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override void Analyze(BodyContext body)
    {
        foreach (FieldStore store in body.StoresNeverReleased)
            body.Report(Diagnostic.Create(
                Descriptor, store.Site.Syntax.GetLocation(), store.Field.Locations,
                (store.Field.AssociatedSymbol ?? store.Field).Name, store.Site.Source!.DisplayName, store.Field.ContainingType.Name, LeakText.Cost(body, store.Site)));
    }
}
