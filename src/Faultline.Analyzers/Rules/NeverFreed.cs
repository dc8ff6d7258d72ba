using System.Linq;
using Faultline.Analyzers.Context;
using Faultline.Analyzers.Flow.Ownership;
using Microsoft.CodeAnalysis;

namespace Faultline.Analyzers.Rules;

/// <summary>FLT1001: no path frees the block or hands it on.</summary>
internal sealed class NeverFreed : Rule
{
    public const string Id = "FLT1001";

    private static readonly DiagnosticDescriptor s_descriptor = new(
        Id,
        "Native memory is never freed",
        "'{0}' allocates {1} that no path frees or hands on: each time it leaks {2} (glibc on Linux){3}",
        Categories.Reliability,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "The garbage collector does not know of native memory: what is not freed stays until the process ends.",
        HelpLink(Id));

    public override DiagnosticDescriptor Descriptor => s_descriptor;

    public override void Analyze(BodyContext body)
    {
        foreach (Leak leak in body.Leaks)
            if (leak is { IsOnNormalPath: true, IsReleasedSomewhere: false })
                body.Report(Diagnostic.Create(
                    Descriptor, leak.Site.Syntax.GetLocation(), LeakText.Properties(leak), leak.Site.Source!.DisplayName, LeakText.Amount(body, leak.Site), LeakText.Cost(body, leak.Site),
                    leak.Site.Source.Deallocator is { } deallocator ? $"; free it by '{deallocator}'" : ""));
    }
}
